ivcsim export out --set channel=pair
