//! Streams over a file in memory.

extern crate alloc;

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;

use super::scan::{self, Scanned};
use super::stream::{Buffering, Kind, Stream};
use crate::host::{File, Host, HostError, SeekOrigin};

struct NoHost;
impl Host for NoHost {}

/// What a test sees of its file: the contents, and the length of each write.
#[derive(Default)]
struct Contents {
    bytes: Vec<u8>,
    writes: Vec<usize>,
}

struct MemoryFile {
    contents: Rc<RefCell<Contents>>,
    position: usize,
}

impl File for MemoryFile {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, HostError> {
        let contents = self.contents.borrow();
        let rest = &contents.bytes[self.position.min(contents.bytes.len())..];
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.position += n;
        Ok(n)
    }
    fn write(&mut self, bytes: &[u8]) -> Result<usize, HostError> {
        let mut contents = self.contents.borrow_mut();
        let end = self.position + bytes.len();
        if contents.bytes.len() < end {
            contents.bytes.resize(end, 0);
        }
        contents.bytes[self.position..end].copy_from_slice(bytes);
        contents.writes.push(bytes.len());
        self.position = end;
        Ok(bytes.len())
    }
    fn seek(&mut self, origin: SeekOrigin, offset: i64) -> Result<u64, HostError> {
        let base = match origin {
            SeekOrigin::Start => 0,
            SeekOrigin::Current => self.position,
            SeekOrigin::End => self.contents.borrow().bytes.len(),
        };
        let position = base as i64 + offset;
        self.position = usize::try_from(position).map_err(|_| HostError::InvalidArgument)?;
        Ok(position as u64)
    }
}

fn stream(text: &[u8]) -> (Stream, Rc<RefCell<Contents>>) {
    let contents = Rc::new(RefCell::new(Contents {
        bytes: text.to_vec(),
        writes: Vec::new(),
    }));
    let file = MemoryFile {
        contents: contents.clone(),
        position: 0,
    };
    let stream = Stream::new(alloc::boxed::Box::new(file), Kind::File, true, true);
    (stream, contents)
}

fn read(stream: &mut Stream, n: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < n && !stream.fill(&mut NoHost).unwrap().is_empty() {
        let piece = stream.available();
        let piece = &piece[..piece.len().min(n - bytes.len())];
        bytes.extend_from_slice(piece);
        stream.consume(piece.len());
    }
    bytes
}

#[test]
fn output_leaves_in_blocks() {
    let (mut s, contents) = stream(b"");
    for n in [1000, 4000, 9000, 1, 4095] {
        s.write(&mut NoHost, &vec![b'x'; n]).unwrap();
    }
    s.flush(&mut NoHost).unwrap();
    let contents = contents.borrow();
    assert_eq!(contents.bytes.len(), 18096);
    assert!(
        contents.writes[..contents.writes.len() - 1]
            .iter()
            .all(|n| n % 4096 == 0)
    );
}

#[test]
fn buffering_decides_when_output_leaves() {
    let (mut s, contents) = stream(b"");
    s.write(&mut NoHost, b"a").unwrap();
    assert_eq!(contents.borrow().bytes, b"");
    s.set_buffering(&mut NoHost, Buffering::Line).unwrap();
    assert_eq!(contents.borrow().bytes, b"a");
    s.write(&mut NoHost, b"b").unwrap();
    assert_eq!(contents.borrow().bytes, b"a");
    s.write(&mut NoHost, b"c\n").unwrap();
    assert_eq!(contents.borrow().bytes, b"abc\n");
    s.set_buffering(&mut NoHost, Buffering::None).unwrap();
    s.write(&mut NoHost, b"d").unwrap();
    assert_eq!(contents.borrow().bytes, b"abc\nd");
}

#[test]
fn reading_and_writing_share_a_position() {
    let (mut s, contents) = stream(b"0123456789");
    assert_eq!(read(&mut s, 3), b"012");
    s.write(&mut NoHost, b"abc").unwrap();
    assert_eq!(read(&mut s, 2), b"67");
    assert_eq!(s.seek(&mut NoHost, SeekOrigin::Current, 0), Ok(8));
    assert_eq!(s.seek(&mut NoHost, SeekOrigin::Current, -6), Ok(2));
    assert_eq!(read(&mut s, 100), b"2abc6789");
    assert_eq!(contents.borrow().bytes, b"012abc6789");
    assert_eq!(
        s.seek(&mut NoHost, SeekOrigin::Start, -1),
        Err(HostError::InvalidArgument)
    );
}

#[test]
fn a_forgotten_stream_still_writes() {
    let (mut s, contents) = stream(b"");
    s.write(&mut NoHost, b"x").unwrap();
    drop(s);
    assert_eq!(contents.borrow().bytes, b"x");
}

#[test]
fn numbers() {
    let text = |s: &str| Scanned::Text(s.as_bytes().to_vec());
    for (input, expected, rest) in [
        ("  12x", text("12"), "x"),
        ("1e5.3", text("1e5"), ".3"),
        ("1e", text("1"), ""),
        ("1e+x", text("1"), "x"),
        ("0x1p4z", text("0x1p4"), "z"),
        ("0x.8", text("0x.8"), ""),
        ("0x.", Scanned::Word(0.0), ""),
        ("0xg", Scanned::Nothing, "g"),
        (".", Scanned::Nothing, ""),
        ("-.5e", text("-.5"), ""),
        ("5.e1", text("5.e1"), ""),
        ("infx", Scanned::Word(f64::INFINITY), "x"),
        ("-infinity", Scanned::Word(f64::NEG_INFINITY), ""),
        ("infinitx", Scanned::Nothing, ""),
        ("+-1", Scanned::Nothing, "-1"),
        ("0b11", text("0"), "b11"),
        ("", Scanned::Nothing, ""),
    ] {
        let (mut s, _) = stream(input.as_bytes());
        assert_eq!(
            scan::number(&mut s, &mut NoHost).unwrap(),
            expected,
            "{input}"
        );
        assert_eq!(read(&mut s, 100), rest.as_bytes(), "{input}");
    }
}
