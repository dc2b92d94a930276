//! What a prototype holds of the JIT: the counters of its instructions, and an *anchor* per trace that begins in it.
//!
//! An anchor lists the objects that its trace refers to. Marking a prototype marks them, so that a trace's constants live as long
//! as the function it begins in. When a prototype dies its anchors become the heap's *orphans*, which tell the state whose traces
//! are to be freed. Anchors also know the instruction that a trace replaced, for whoever looks at a function's code.

use core::cell::Cell;
use core::ptr::{self, NonNull};

use crate::bytecode::{Bc, Ins, Proto};
use crate::gc::{Header, Heap, OutOfMemory};
use crate::jit::trace::TraceNo;
use crate::value::Gc;

/// The counter of an instruction at which traces may begin.
pub(crate) struct Site {
    /// Runs out when the instruction is hot.
    pub count: Cell<u16>,
    /// What the counter was set to after the last recording that failed, 0 if none did; in the lowest bit, why.
    penalty: Cell<u16>,
}

impl Site {
    /// What the counter was set to after the last recording that failed, 0 if none did.
    pub fn penalty(&self) -> u32 {
        u32::from(self.penalty.get() & !1)
    }
    /// Did the last recording fail because a loop was left, or had another within?
    pub fn is_short(&self) -> bool {
        self.penalty.get() & 1 != 0
    }
    /// Notes a failure.
    pub fn set_penalty(&self, penalty: u32, is_short: bool) {
        let penalty = u16::try_from(penalty).unwrap_or(u16::MAX);
        self.penalty.set(penalty & !1 | u16::from(is_short));
    }
}

/// A trace's anchor, in a block of the heap; `count` addresses of objects follow it.
#[repr(C)]
pub(crate) struct Anchor {
    next: Cell<*mut Anchor>,
    proto: *const Proto,
    /// The trace; 0 where there is none, and somebody wants to know when the prototype dies.
    pub number: TraceNo,
    /// How many objects follow.
    count: u32,
    /// The instruction that the trace's number replaced, for a root trace.
    pub start_ins: Option<Ins>,
}

impl Anchor {
    fn size(count: usize) -> usize {
        size_of::<Anchor>() + count * size_of::<Gc<Header>>()
    }
    fn objects(&self) -> &[Gc<Header>] {
        // SAFETY: `add` wrote `count` addresses behind the struct, whose alignment is that of an address.
        unsafe {
            let first = ptr::from_ref(self).add(1).cast::<Gc<Header>>();
            core::slice::from_raw_parts(first, self.count as usize)
        }
    }
}

const _: () = assert!(align_of::<Anchor>() == align_of::<Gc<Header>>());

/// The head of a list of anchors.
pub(crate) struct Anchors(Cell<*mut Anchor>);

impl Anchors {
    /// No anchor.
    pub const fn new() -> Anchors {
        Anchors(Cell::new(ptr::null_mut()))
    }

    fn iter(&self) -> impl Iterator<Item = &Anchor> {
        let mut next = self.0.get();
        core::iter::from_fn(move || {
            // SAFETY: the list holds anchors that are not freed.
            let anchor = unsafe { next.as_ref() }?;
            next = anchor.next.get();
            Some(anchor)
        })
    }

    /// The number of a trace, if there is any.
    pub fn first_trace(&self) -> Option<TraceNo> {
        self.iter().map(|a| a.number).find(|n| *n != TraceNo(0))
    }

    /// The objects that a trace refers to.
    pub fn objects_of(&self, number: TraceNo) -> impl Iterator<Item = Gc<Header>> {
        self.iter()
            .filter(move |a| a.number == number)
            .flat_map(|a| a.objects().iter().copied())
    }

    fn push(&self, anchor: NonNull<Anchor>) {
        // SAFETY: the anchor is the caller's.
        unsafe { anchor.as_ref() }.next.set(self.0.get());
        self.0.set(anchor.as_ptr());
    }

    fn pop(&self) -> Option<NonNull<Anchor>> {
        let first = NonNull::new(self.0.get())?;
        // SAFETY: as in `iter`.
        self.0.set(unsafe { first.as_ref() }.next.get());
        Some(first)
    }

    fn remove(&self, number: TraceNo) -> Option<NonNull<Anchor>> {
        let mut link = &self.0;
        loop {
            let anchor = NonNull::new(link.get())?;
            // SAFETY: as in `iter`.
            let found = unsafe { anchor.as_ref() };
            if found.number == number {
                link.set(found.next.get());
                return Some(anchor);
            }
            link = &found.next;
        }
    }
}

impl Proto {
    /// The instruction `ins` of this function as it was before a trace took its place.
    pub(crate) fn unpatched(&self, ins: Ins) -> Ins {
        let number = match ins.op() {
            Some(Bc::JForI) => return ins.with_op(Bc::ForI),
            Some(Bc::JForL | Bc::JIterL | Bc::JLoop | Bc::JFuncF | Bc::JFuncV) => ins.d(),
            _ => return ins,
        };
        let anchor = self
            .anchors
            .iter()
            .find(|a| usize::from(a.number.0) == number);
        anchor.and_then(|a| a.start_ins).unwrap_or(ins)
    }

    /// The counters, one per instruction, or null.
    #[inline(always)]
    pub(crate) fn sites(&self) -> *const Site {
        self.sites.get()
    }
}

impl Heap {
    /// Makes the counters of a prototype, each with `count` left.
    pub(crate) fn new_sites(&mut self, proto: Gc<Proto>, count: u16) -> Result<(), OutOfMemory> {
        let code = proto.code();
        let block = self.alloc_block(size_of_val(code).max(1))?.cast::<Site>();
        const { assert!(size_of::<Site>() == size_of::<Ins>()) };
        for i in 0..code.len() {
            let site = Site {
                count: Cell::new(count),
                penalty: Cell::new(0),
            };
            // SAFETY: the block has room for one counter per instruction.
            unsafe { block.add(i).write(site) };
        }
        proto.sites.set(block.as_ptr());
        Ok(())
    }

    /// Anchors a trace in the prototype it begins in.
    pub(crate) fn add_anchor(
        &mut self,
        proto: Gc<Proto>,
        number: TraceNo,
        start_ins: Option<Ins>,
        objects: &[Gc<Header>],
    ) -> Result<(), OutOfMemory> {
        let size = Anchor::size(objects.len());
        let block = self.alloc_block(size)?.cast::<Anchor>();
        let anchor = Anchor {
            next: Cell::new(ptr::null_mut()),
            proto: proto.as_ptr(),
            number,
            count: objects.len() as u32,
            start_ins,
        };
        // SAFETY: the block has room for the anchor and the addresses.
        unsafe {
            block.write(anchor);
            let first = block.add(1).cast::<Gc<Header>>();
            ptr::copy_nonoverlapping(objects.as_ptr(), first.as_ptr(), objects.len());
        }
        self.write(proto).anchors.push(block);
        Ok(())
    }

    /// Frees the anchor of a trace.
    pub(crate) fn remove_anchor(&mut self, proto: Gc<Proto>, number: TraceNo) {
        if let Some(anchor) = proto.anchors.remove(number) {
            // SAFETY: it was just taken out of its list.
            unsafe { self.free_anchor(anchor) };
        }
    }

    /// # Safety
    /// The anchor is in no list.
    unsafe fn free_anchor(&mut self, anchor: NonNull<Anchor>) {
        // SAFETY: the caller's promise; `add_anchor` allocated this size.
        unsafe {
            let size = Anchor::size(anchor.as_ref().count as usize);
            self.free_block(anchor.cast(), size);
        }
    }

    /// Marks what the traces of a prototype refer to, and tells how many objects that are.
    pub(crate) fn mark_anchors(&mut self, proto: Gc<Proto>) -> usize {
        let mut count = 0;
        let mut next = proto.anchors.0.get();
        // SAFETY: the list holds anchors that are not freed, marking changes none of them.
        while let Some(anchor) = unsafe { next.as_ref() } {
            for &object in anchor.objects() {
                self.mark_any(object);
            }
            count += anchor.objects().len();
            next = anchor.next.get();
        }
        count
    }

    /// A prototype dies: its counters go with it, its anchors become orphans.
    pub(crate) fn release_proto(&mut self, proto: &Proto) {
        if let Some(sites) = NonNull::new(proto.sites.replace(ptr::null_mut())) {
            let size = size_of_val(proto.code()).max(1);
            // SAFETY: `new_sites` allocated this size.
            unsafe { self.free_block(sites.cast(), size) };
        }
        while let Some(anchor) = proto.anchors.pop() {
            self.orphans.push(anchor);
        }
    }

    /// A trace whose prototype died, once, and that prototype's address.
    pub(crate) fn next_orphan(&mut self) -> Option<(TraceNo, *const Proto)> {
        let anchor = self.orphans.pop()?;
        // SAFETY: it was just taken out of its list.
        unsafe {
            let found = (anchor.as_ref().number, anchor.as_ref().proto);
            self.free_anchor(anchor);
            Some(found)
        }
    }
}
