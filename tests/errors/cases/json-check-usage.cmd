# A wrong command line beside --format json: no result, so nothing on standard output but JSON.
ivcsim check --format json
