#!shebang
return debug.getinfo(1, 'l').currentline