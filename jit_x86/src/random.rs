//! Random numbers for keys and places, from bits that the host gives.

/// A generator (xoroshiro128++). Scripts see none of its numbers, so it need not be a cipher.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Random([u64; 2]);

impl Random {
    pub fn new(bits: [u64; 2]) -> Random {
        let mut random = Random([0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03]);
        random.stir(bits);
        random
    }
    /// Mixes more bits in.
    pub fn stir(&mut self, bits: [u64; 2]) {
        self.0[0] ^= bits[0];
        self.0[1] ^= bits[1];
        if self.0 == [0; 2] {
            self.0[0] = 1;
        }
        self.next();
        self.next();
    }
    pub fn next(&mut self) -> u64 {
        let [a, mut b] = self.0;
        let result = a.wrapping_add(b).rotate_left(17).wrapping_add(a);
        b ^= a;
        self.0 = [a.rotate_left(49) ^ b ^ (b << 21), b.rotate_left(28)];
        result
    }
    /// A number below `n`, or 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n.max(1)
    }
}
