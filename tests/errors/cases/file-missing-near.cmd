mkdir scenarios
touch scenarios/two-guests.yaml scenarios/notes.txt three-guests.yml good.yaml
ivcsim check scenarios/two-guest.yaml
ivcsim check scenarios/notes.tx three-guests.yaml none.yaml
ivcsim check scenarios/ scenario/ ''
