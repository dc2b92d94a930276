//! Where things are: what machine code has to know of the state and its objects, all of it computed.

use core::mem::offset_of;

use perilune_ir::ins::ObjId;
use perilune_ir::literal::{Field, Helper};
use perilune_jit_x86::runtime::{
    Facts, FieldPlace, HeaderLayout, Layout, MAX_MADE_SLOTS, NodeLayout, ObjectLayout, OpHelper,
    TableMaker, VmLayout, Width,
};

use crate::bytecode::Proto;
use crate::gc::{CELL_SIZES, FreeCell, Header, Heap, Kind, class_of};
use crate::jit::helpers;
use crate::value::table::{Node, empty_node};
use crate::value::{Buffer, Cdata, Function, Str, Table, Thread, Upvalue, Userdata, Value};
use crate::vm::Vm;
use crate::vm::frame::{self, FRAME_SLOTS, Link};

/// A field's offset, as machine code wants it.
macro_rules! offset {
    ($ty:ty, $($field:tt).+) => {{
        const OFFSET: usize = offset_of!($ty, $($field).+);
        const { assert!(OFFSET < 1 << 20) };
        OFFSET as i32
    }};
}

const fn place(offset: i32, width: Width) -> Option<FieldPlace> {
    Some(FieldPlace {
        offset,
        width,
        addend: 0,
    })
}

/// Where a field of an object is; none for those that no object has yet.
pub(crate) const fn field(f: Field) -> Option<FieldPlace> {
    match f {
        Field::StrLen => place(offset!(Str, len), Width::Word),
        Field::FuncEnv => place(offset!(Function, env), Width::Quad),
        // The code of a Lua function directly follows its prototype.
        Field::FuncProto => Some(FieldPlace {
            offset: offset!(Function, pc),
            width: Width::Quad,
            addend: -(size_of::<Proto>() as i32),
        }),
        Field::FuncBuiltin => place(offset!(Function, header.b), Width::Byte),
        Field::ThreadEnv => place(offset!(Thread, env), Width::Quad),
        Field::ThreadStatus => place(offset!(Thread, header.a), Width::Byte),
        Field::TabMeta => place(offset!(Table, metatable), Width::Quad),
        Field::TabArray => place(offset!(Table, array), Width::Quad),
        Field::TabNode => place(offset!(Table, node), Width::Quad),
        Field::TabASize => place(offset!(Table, asize), Width::Word),
        Field::TabHMask => place(offset!(Table, hmask), Width::Word),
        Field::TabNoMm => place(offset!(Table, header.a), Width::Byte),
        Field::TabFlags => place(offset!(Table, header.flags), Width::Byte),
        Field::UdataMeta => place(offset!(Userdata, metatable), Width::Quad),
        Field::CdataType => place(offset!(Cdata, ctype), Width::Byte),
        Field::CdataInt64 => place(offset!(Cdata, bits), Width::Quad),
        Field::UdataType | Field::UdataFile | Field::CdataPtr | Field::CdataInt => None,
    }
}

/// The state's.
pub(crate) const VM: VmLayout = VmLayout {
    context: offset!(Vm, trace_context),
    base: offset!(Vm, base),
    stack_limit: offset!(Vm, stack_limit),
    budget: offset!(Vm, budget),
    heap_debt: offset!(Vm, heap) + offset!(Heap, debt),
    barrier_mask: offset!(Vm, heap) + offset!(Heap, barrier_mask),
};

/// Headers.
pub(crate) const HEADER: HeaderLayout = HeaderLayout {
    kind: Header::KIND_OFFSET as i32,
    flags: offset!(Header, flags),
    thread: Kind::Thread as u8,
    cdata: Kind::Cdata as u8,
    proto: Kind::Proto as u8,
};

/// Nodes of hash parts.
pub(crate) const NODE: NodeLayout = NodeLayout {
    size: size_of::<Node>() as i32,
    value: offset!(Node, value),
    key: offset!(Node, key),
    next: offset!(Node, next),
};

/// Other objects.
pub(crate) const OBJECT: ObjectLayout = ObjectLayout {
    str_hash: offset!(Str, hash),
    tab_own_hash: offset!(Table, header.b),
    str_bytes: size_of::<Str>() as i32,
    func_upvalues: size_of::<Function>() as i32,
    upvalue_closed: offset!(Upvalue, header.a),
    upvalue_place: offset!(Upvalue, v),
    upvalue_value: offset!(Upvalue, closed),
    buffer_len: offset!(Buffer, len),
};

/// Small tables.
fn tables() -> TableMaker {
    let mut cells = [(0, 0); MAX_MADE_SLOTS + 1];
    let list = VM.heap_debt - offset!(Heap, debt) + offset!(Heap, free);
    for (slots, cell) in cells.iter_mut().enumerate() {
        let size = size_of::<Table>() + slots * size_of::<Value>();
        if let Some(class) = class_of(size) {
            *cell = (
                list + (class * size_of::<*mut FreeCell>()) as i32,
                CELL_SIZES[class] as i32,
            );
        }
    }
    TableMaker {
        cells,
        next: offset!(FreeCell, next),
        header: Table::new_header().to_bits(),
        asize: offset!(Table, asize),
        array: offset!(Table, array),
        node: offset!(Table, node),
        no_nodes: empty_node().expose_provenance(),
        zeroes: [
            offset!(Table, hmask),
            offset!(Table, metatable),
            offset!(Table, grey_next),
        ],
        slots: size_of::<Table>() as i32,
    }
}
// The second half of the first word of zeroes, and what a table of its own has behind itself.
const _: () = assert!(offset!(Table, last_free) == offset!(Table, hmask) + 4);
const _: () = assert!(MAX_MADE_SLOTS <= crate::value::table::MAX_COLOCATED as usize);

/// All of it.
pub(crate) fn layout() -> Layout {
    let mut all = Layout {
        vm: VM,
        header: HEADER,
        node: NODE,
        object: OBJECT,
        fields: [None; Field::ALL.len()],
        helpers: [None; Helper::ALL.len()],
        ops: [0; OpHelper::COUNT],
        tables: Some(tables()),
        nil_slot: helpers::nil_slot() as usize,
        // A program and its heap lie in the same half of the address space.
        low_addresses: (helpers::nil_slot() as usize as u64) < 1 << 47,
        high_addresses: (helpers::nil_slot() as usize as u64) >= 1 << 47,
    };
    for (place, f) in all.fields.iter_mut().zip(Field::ALL) {
        *place = field(*f);
    }
    for (entry, h) in all.helpers.iter_mut().zip(Helper::ALL) {
        *entry = Some(helpers::entry(*h));
    }
    for (address, op) in all.ops.iter_mut().zip(OpHelper::ALL) {
        *address = helpers::op_address(*op);
    }
    all
}

/// What is known of the constants of a trace: they are objects that live as long as it does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LiveConstants;

impl Facts for LiveConstants {
    fn str_hash(&self, s: ObjId) -> u32 {
        let address = core::ptr::with_exposed_provenance::<Str>(s.0 as usize);
        // SAFETY: a constant of a trace, which keeps it alive.
        unsafe { (*address).hash }
    }
    fn frame_delta(&self, link: u64) -> Option<u16> {
        let link = Link::from_bits(link);
        if link.kind() != frame::LUA {
            return u16::try_from(link.slots()).ok();
        }
        let pc = link.return_pc();
        // SAFETY: a return address behind a call instruction of a live prototype.
        let call = unsafe { *pc.sub(1) };
        Some((call.a() + FRAME_SLOTS) as u16)
    }
}

#[cfg(test)]
mod tests;
