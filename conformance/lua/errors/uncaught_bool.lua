-- A boolean as the error value.
error(true)
