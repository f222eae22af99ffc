# A place where nobody may make a folder, not even root.
cp "$files/good.yaml" .
ivcsim run good.yaml -o /proc/ivcsim
