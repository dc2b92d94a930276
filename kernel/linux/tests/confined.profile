# Of AppArmor, for confined.c: allows whatever the test does.
profile perilune_test {
  file,
  network,
  capability,
}
