//! Decisions out of an input's bytes, a byte for each small one. When the bytes have run out, the first choice is taken.

use arbitrary::Unstructured;

/// A number below `n`.
pub(crate) fn below(u: &mut Unstructured<'_>, n: u32) -> u32 {
    u.int_in_range(0..=n - 1).unwrap_or(0)
}

/// An element.
pub(crate) fn select<T: Copy>(u: &mut Unstructured<'_>, from: &[T]) -> T {
    from[below(u, from.len() as u32) as usize]
}

/// Yes or no.
pub(crate) fn flag(u: &mut Unstructured<'_>) -> bool {
    below(u, 2) == 1
}
