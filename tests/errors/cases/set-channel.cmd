cp "$files/good.yaml" .
ivcsim run good.yaml --set 'channels.pear.mechanism=shmem'
