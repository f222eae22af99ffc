# A channel of registers alone cannot carry 4 KiB.
sed 's/register-shmem/register/' "$files/good.yaml" >large.yaml
ivcsim run large.yaml
