//! Character classes of patterns: `%a`, `%d` and so on, and sets `[…]`. ASCII only, whatever the locale.

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ByteSet([u64; 4]);

impl ByteSet {
    /// No byte.
    pub const EMPTY: ByteSet = ByteSet([0; 4]);

    /// Is the byte in the set?
    #[inline(always)]
    pub const fn contains(&self, c: u8) -> bool {
        self.0[(c >> 6) as usize] >> (c & 63) & 1 != 0
    }

    /// Adds a byte.
    #[inline]
    pub const fn insert(&mut self, c: u8) {
        self.0[(c >> 6) as usize] |= 1 << (c & 63);
    }

    /// Adds the bytes from `first` to `last`, if any.
    pub const fn insert_range(&mut self, first: u8, last: u8) {
        let mut c = first;
        while c <= last {
            self.insert(c);
            if c == u8::MAX {
                break;
            }
            c += 1;
        }
    }

    /// Adds another set's bytes.
    pub const fn union(&mut self, other: &ByteSet) {
        let mut i = 0;
        while i < 4 {
            self.0[i] |= other.0[i];
            i += 1;
        }
    }

    /// All the other bytes.
    pub const fn complement(&self) -> ByteSet {
        let w = self.0;
        ByteSet([!w[0], !w[1], !w[2], !w[3]])
    }
}

/// The letters that stand for classes, in lower case; each has a bit in [`CLASSES_OF`].
const LETTERS: &[u8; 11] = b"acdglpsuwxz";

/// Which classes a byte is in.
static CLASSES_OF: [u16; 256] = {
    let mut table = [0; 256];
    let mut c: u8 = 0;
    while c < 128 {
        let mut i = 0;
        while i < LETTERS.len() {
            let member = match LETTERS[i] {
                b'a' => c.is_ascii_alphabetic(),
                b'c' => c.is_ascii_control(),
                b'd' => c.is_ascii_digit(),
                b'g' => c.is_ascii_graphic(),
                b'l' => c.is_ascii_lowercase(),
                b'p' => c.is_ascii_punctuation(),
                b's' => matches!(c, b' ' | 9..=13),
                b'u' => c.is_ascii_uppercase(),
                b'w' => c.is_ascii_alphanumeric(),
                b'x' => c.is_ascii_hexdigit(),
                _ => c == 0,
            };
            if member {
                table[c as usize] |= 1 << i;
            }
            i += 1;
        }
        c += 1;
    }
    table
};

/// The bit of a class letter in either case; 0 for other bytes.
static CLASS_BITS: [u16; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < LETTERS.len() {
        table[LETTERS[i] as usize] = 1 << i;
        table[LETTERS[i].to_ascii_uppercase() as usize] = 1 << i;
        i += 1;
    }
    table
};

/// A character class: `%a`, or its complement `%A`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Class {
    bit: u16,
    complement: bool,
}

impl Class {
    /// The class of the letter after `%`. Other characters stand for themselves.
    #[inline(always)]
    pub fn of_letter(letter: u8) -> Option<Class> {
        let bit = CLASS_BITS[usize::from(letter)];
        if bit == 0 {
            return None;
        }
        Some(Class {
            bit,
            complement: letter & 0x20 == 0,
        })
    }

    /// Is the byte in the class?
    #[inline(always)]
    pub fn contains(self, c: u8) -> bool {
        (CLASSES_OF[usize::from(c)] & self.bit != 0) != self.complement
    }

    /// The class's bytes.
    fn bytes(self) -> ByteSet {
        let mut set = ByteSet::EMPTY;
        for c in 0..=u8::MAX {
            if self.contains(c) {
                set.insert(c);
            }
        }
        set
    }
}

/// Does the byte match `%letter`?
#[inline(always)]
pub fn matches_class(c: u8, letter: u8) -> bool {
    match Class::of_letter(letter) {
        Some(class) => class.contains(c),
        None => c == letter,
    }
}

/// What a `%` at the end of a set escapes: the bracket behind it. A range can take the first half of a `%%` away, as in `[a-%%]`.
const AFTER_SET: u8 = b']';

/// Does the byte match a set, given without its brackets?
pub fn matches_set(c: u8, set: &[u8]) -> bool {
    let (negated, mut rest) = match set {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, set),
    };
    loop {
        let hit = match rest {
            [] => return negated,
            [b'%', letter, tail @ ..] => {
                rest = tail;
                matches_class(c, *letter)
            }
            [b'%'] => {
                rest = &[];
                c == AFTER_SET
            }
            [first, b'-', last, tail @ ..] => {
                rest = tail;
                *first <= c && c <= *last
            }
            [one, tail @ ..] => {
                rest = tail;
                *one == c
            }
        };
        if hit {
            return !negated;
        }
    }
}

/// The bytes of a set, given without its brackets.
pub fn parse_set(set: &[u8]) -> ByteSet {
    let (negated, mut rest) = match set {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, set),
    };
    let mut bytes = ByteSet::EMPTY;
    loop {
        match rest {
            [] => break,
            [b'%', letter, tail @ ..] => {
                match Class::of_letter(*letter) {
                    Some(class) => bytes.union(&class.bytes()),
                    None => bytes.insert(*letter),
                }
                rest = tail;
            }
            [b'%'] => {
                bytes.insert(AFTER_SET);
                rest = &[];
            }
            [first, b'-', last, tail @ ..] => {
                bytes.insert_range(*first, *last);
                rest = tail;
            }
            [one, tail @ ..] => {
                bytes.insert(*one);
                rest = tail;
            }
        }
    }
    if negated { bytes.complement() } else { bytes }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn classes_are_luajits() {
        assert!(matches_class(b'\x0b', b's') && !matches_class(b'\x0e', b's'));
        assert!(matches_class(0, b'z') && matches_class(1, b'Z'));
        assert!(matches_class(b'~', b'p') && !matches_class(127, b'g') && matches_class(127, b'c'));
        assert!(!matches_class(0xe4, b'a') && matches_class(0xe4, b'A'));
        assert!(matches_class(b'%', b'%') && matches_class(b'q', b'q'));
    }

    #[test]
    fn sets_read_ranges_and_classes() {
        assert!(matches_set(b']', b"]") && matches_set(b'-', b"a-") && matches_set(b'-', b"-a"));
        assert!(
            matches_set(b'b', b"a-c") && !matches_set(b'd', b"a-c") && matches_set(b'd', b"^a-c")
        );
        assert!(
            matches_set(b'-', b"%a-z") && matches_set(b'z', b"%a-z") && !matches_set(b'0', b"%a-z")
        );
    }

    proptest::proptest! {
        #[test]
        fn parsed_sets_agree(set in "[\\^]?[a-f%\\-w\\]]{1,8}") {
            let parsed = parse_set(set.as_bytes());
            for c in 0..=255 {
                proptest::prop_assert_eq!(parsed.contains(c), matches_set(c, set.as_bytes()), "{} in {}", c, &set);
            }
        }
    }
}
