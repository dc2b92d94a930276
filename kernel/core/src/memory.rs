//! Bytes that calls read and write: of the kernel, or of the process by address.
//!
//! A [`Source`] is read, a [`Target`] written. Both are valid for as long as their lifetime says where they lie in the kernel; an address in
//! the process is only a number, which the kernel checks when it copies.

use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr;

use crate::errno::Errno;
use crate::kernel::{Kernel, Result};
use crate::speculation::at_most;

/// Where bytes lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the kernel's memory. The process may change the shared region at any time, so nobody makes references to these.
    Kernel(*mut u8),
    /// At this address of the process.
    User(u64),
}

/// Bytes to be read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    place: Place,
    len: usize,
    lifetime: PhantomData<&'a [u8]>,
}

impl<'a> Source<'a> {
    /// Bytes of the kernel.
    pub fn bytes(bytes: &'a [u8]) -> Source<'a> {
        Source {
            place: Place::Kernel(bytes.as_ptr().cast_mut()),
            len: bytes.len(),
            lifetime: PhantomData,
        }
    }
    /// Where they lie. In the kernel's memory they can be read for the lifetime `'a`.
    pub fn place(&self) -> Place {
        self.place
    }
    /// How many they are.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// The part of `len` bytes from `offset` on, if there is such.
    pub fn part(self, offset: usize, len: usize) -> Option<Source<'a>> {
        if offset > self.len || len > self.len - offset {
            return None;
        }
        // All that scripts read and write of views and strings by offset and length comes through here.
        let offset = at_most(offset, self.len);
        let len = at_most(len, self.len - offset);
        let place = match self.place {
            Place::Kernel(start) => Place::Kernel(start.wrapping_add(offset)),
            Place::User(address) => Place::User(address.wrapping_add(offset as u64)),
        };
        Some(Source { place, len, ..self })
    }
}

/// Bytes to be written. They can be read, too.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a>(Source<'a>);

impl<'a> Target<'a> {
    /// Bytes of the kernel.
    pub fn cells(cells: &'a [Cell<u8>]) -> Target<'a> {
        Target(Source {
            place: Place::Kernel(cells.as_ptr().cast_mut().cast()),
            len: cells.len(),
            lifetime: PhantomData,
        })
    }
    /// Bytes of the process.
    pub fn user(address: u64, len: usize) -> Target<'a> {
        Target(Source {
            place: Place::User(address),
            len,
            lifetime: PhantomData,
        })
    }
    /// Bytes of the kernel that the process may change meanwhile.
    ///
    /// # Safety
    /// They can be read and written for the lifetime `'a`.
    pub unsafe fn shared(start: *mut u8, len: usize) -> Target<'a> {
        Target(Source {
            place: Place::Kernel(start),
            len,
            lifetime: PhantomData,
        })
    }
    /// The same, to be read.
    pub fn as_source(self) -> Source<'a> {
        self.0
    }
    /// Where they lie. In the kernel's memory they can be read and written for the lifetime `'a`.
    pub fn place(&self) -> Place {
        self.0.place
    }
    /// How many they are.
    pub fn len(&self) -> usize {
        self.0.len
    }
    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.0.len == 0
    }
    /// The part of `len` bytes from `offset` on, if there is such.
    pub fn part(self, offset: usize, len: usize) -> Option<Target<'a>> {
        self.0.part(offset, len).map(Target)
    }
}

/// Bytes that are copied at a time where they need a stop in between.
const CHUNK: usize = 256;

impl Source<'_> {
    /// Copies all of them out, each once. `into` is as long as they are; a longer one keeps its rest.
    pub fn fetch(&self, kernel: &mut dyn Kernel, into: &mut [u8]) -> Result<()> {
        let Some(into) = into.get_mut(..self.len) else {
            return Err(Errno::EINVAL);
        };
        match self.place {
            Place::Kernel(start) => {
                // SAFETY: `self.len` bytes can be read there (the constructors' contract), and `into` is as long.
                unsafe { ptr::copy(start, into.as_mut_ptr(), into.len()) };
                Ok(())
            }
            Place::User(address) => kernel.copy_in(address, into),
        }
    }
}

impl Target<'_> {
    /// Copies bytes in; they are no more than there is room for.
    pub fn store(&self, kernel: &mut dyn Kernel, bytes: &[u8]) -> Result<()> {
        if bytes.len() > self.len() {
            return Err(Errno::EINVAL);
        }
        match self.place() {
            Place::Kernel(start) => {
                // SAFETY: `self.len()` bytes can be written there (the constructors' contract).
                unsafe { ptr::copy(bytes.as_ptr(), start, bytes.len()) };
                Ok(())
            }
            Place::User(address) => kernel.copy_out(address, bytes),
        }
    }

    /// Copies all bytes of a source to the beginning, if both are in the kernel's memory and there is room; they may overlap.
    #[inline]
    pub fn copy_in_kernel(&self, from: Source<'_>) -> bool {
        let (Place::Kernel(to), Place::Kernel(start)) = (self.place(), from.place()) else {
            return false;
        };
        let len = from.len();
        if len > self.len() {
            return false;
        }
        // SAFETY: `len` bytes can be read at one and written at the other place; copying forwards is faster where they don't overlap.
        unsafe {
            if to.addr().abs_diff(start.addr()) >= len {
                ptr::copy_nonoverlapping(start, to, len);
            } else {
                ptr::copy(start, to, len);
            }
        }
        true
    }

    /// Copies all bytes of a source to the beginning; they may overlap within the kernel.
    pub fn copy_from(&self, kernel: &mut dyn Kernel, from: Source<'_>) -> Result<()> {
        if from.len() > self.len() {
            return Err(Errno::EINVAL);
        }
        if self.copy_in_kernel(from) {
            return Ok(());
        }
        let mut chunk = [0; CHUNK];
        let mut at = 0;
        while at < from.len() {
            let len = CHUNK.min(from.len() - at);
            let (Some(part), Some(room)) = (from.part(at, len), self.part(at, len)) else {
                return Err(Errno::EINVAL);
            };
            part.fetch(kernel, &mut chunk)?;
            room.store(kernel, &chunk[..len])?;
            at += len;
        }
        Ok(())
    }

    /// Where the first byte of this value is.
    pub fn find(&self, kernel: &mut dyn Kernel, byte: u8) -> Result<Option<usize>> {
        let mut chunk = [0; CHUNK];
        let mut at = 0;
        while at < self.len() {
            let len = CHUNK.min(self.len() - at);
            let Some(part) = self.part(at, len) else {
                break;
            };
            part.as_source().fetch(kernel, &mut chunk)?;
            if let Some(found) = chunk[..len].iter().position(|b| *b == byte) {
                return Ok(Some(at + found));
            }
            at += len;
        }
        Ok(None)
    }
}
