//! Table constructors: a template with the constant fields, stores for the rest.

use super::Compiler;
use super::desc::{Desc, Kind};
use super::error::{Res, push};
use super::position::next_token;
use super::walk::{Frame, Step};
use crate::bytecode::{Bc, Ins};
use crate::gc::OutOfMemory;
use crate::syntax::ast::{Expr, Field};
use crate::value::table::TableError;
use crate::value::{Gc, Table, Value};

/// The greatest number of array slots that `TNEW` can name.
const MAX_TNEW_ARRAY: u32 = 0x7FF;

/// A constructor in progress.
pub(super) struct TableState<'a> {
    node: &'a Expr<'a>,
    fields: &'a [Field<'a>],
    next: u32,
    /// The TNEW or TDUP.
    pc: u32,
    /// Where the table lies; one below the first slot for keys and values.
    slot: u32,
    /// The index of the next positional field.
    array: u32,
    /// The number of other fields so far.
    hash: u32,
    needs_array: bool,
    /// The last field was a call whose results aren't cut yet.
    is_open: bool,
    template: Option<Gc<Table>>,
    /// The table itself, or indexed with a key that was computed.
    target: Desc,
    /// Where its keys begin among [`Compiler::nil_keys`].
    nil_keys: usize,
}

/// The log2 of the hash part for `n` keys; 0 for none.
fn hash_bits(n: u32) -> u32 {
    match n {
        0 => 0,
        1 => 1,
        n => 1 + (n - 1).ilog2(),
    }
}

impl<'a> Compiler<'_, 'a, '_> {
    /// Begins a constructor.
    pub(super) fn table(&mut self, node: &'a Expr<'a>, fields: &'a [Field<'a>]) -> Res<Step<'a>> {
        let slot = self.f.free;
        let pc = self.emit_ad(Bc::TNew, slot, 0)?;
        self.reserve(1)?;
        self.read_character(node.span.start);
        push(
            &mut self.tables,
            TableState {
                node,
                fields,
                next: 0,
                pc,
                slot,
                array: 1,
                hash: 0,
                needs_array: false,
                is_open: false,
                template: None,
                target: Kind::Fixed(slot as u8).into(),
                nil_keys: self.core.nil_keys.len(),
            },
        )?;
        self.next_field()
    }

    fn next_field(&mut self) -> Res<Step<'a>> {
        let Some(state) = self.tables.last_mut() else {
            return Ok(Step::Done(Desc::VOID));
        };
        let Some(field) = state.fields.get(state.next as usize) else {
            return self.end_table();
        };
        state.next += 1;
        state.is_open = false;
        match field {
            Field::Item(e) => {
                let key = Kind::Num(f64::from(state.array)).into();
                state.array += 1;
                state.needs_array = true;
                state.is_open = true;
                // LuaJIT reads the token behind a name to tell an item from a named field.
                self.read_ahead = e.span.start.offset;
                self.wait(Frame::TableValue { key })?;
                Ok(Step::Eval(e))
            }
            Field::Named(name, e) => {
                state.hash += 1;
                let key = Kind::Str(self.intern_name(name)?).into();
                self.read_behind(self.at);
                self.wait(Frame::TableValue { key })?;
                Ok(Step::Eval(e))
            }
            Field::Keyed(key, _) => {
                self.wait(Frame::TableKey)?;
                Ok(Step::Eval(key))
            }
        }
    }

    /// The key of `[key] = value` is known.
    pub(super) fn table_key(&mut self, mut key: Desc) -> Res<Step<'a>> {
        let Some(state) = self.tables.last() else {
            return Ok(Step::Done(key));
        };
        let (fields, next, mut target) = (state.fields, state.next, state.target);
        let Some(Field::Keyed(key_node, e)) = fields.get(next as usize - 1) else {
            return Ok(Step::Done(key));
        };
        self.resolve_value(&mut key)?;
        self.read_behind(key_node.span.end);
        if !key.is_constant() {
            self.index(&mut target, &mut key)?;
        }
        if let Some(state) = self.tables.last_mut() {
            state.target = target;
            if key.as_number() == Some(0.0) {
                state.needs_array = true;
            } else {
                state.hash += 1;
            }
        }
        self.read_behind(self.at);
        self.wait(Frame::TableValue { key })?;
        Ok(Step::Eval(e))
    }

    /// A field's value is known.
    pub(super) fn table_value(&mut self, key: Desc, mut e: Desc) -> Res<Step<'a>> {
        let into_template = match key.kind {
            Kind::Str(_) => true,
            Kind::Nil => false,
            _ => key.is_constant() && e.is_plain_constant(),
        };
        if into_template {
            self.add_to_template(&key, &e)?;
            if !e.is_plain_constant() {
                self.store_field(key, &mut e)?;
            }
        } else {
            self.store_field(key, &mut e)?;
        }
        let Some(state) = self.tables.last() else {
            return Ok(Step::Done(e));
        };
        self.core.f.free = state.slot + 1;
        let (Field::Item(node) | Field::Named(_, node) | Field::Keyed(_, node)) =
            &state.fields[state.next as usize - 1];
        let separator = next_token(self.source, node.span.end);
        if matches!(
            self.source.get(separator.offset as usize),
            Some(b',' | b';')
        ) {
            self.read_character(separator);
        }
        self.next_field()
    }

    fn store_field(&mut self, mut key: Desc, e: &mut Desc) -> Res {
        let Some(state) = self.tables.last_mut() else {
            return Ok(());
        };
        let mut target = state.target;
        if !matches!(e.kind, Kind::Call { .. }) {
            state.is_open = false;
            self.put_anywhere(e)?;
        }
        if key.is_constant() {
            self.index(&mut target, &mut key)?;
        }
        self.store(&target, e)
    }

    fn constant_value(e: &Desc) -> Value {
        match e.kind {
            Kind::True => Value::TRUE,
            Kind::False => Value::FALSE,
            Kind::Str(s) => s.into(),
            Kind::Num(n) => Value::number(n),
            _ => Value::NIL,
        }
    }

    /// Puts a constant key into the template, with its value if that is constant too. Otherwise the key gets a nil value, so
    /// that a copy of the template has room for it.
    fn add_to_template(&mut self, key: &Desc, e: &Desc) -> Res {
        let Some(state) = self.tables.last_mut() else {
            return Ok(());
        };
        state.is_open = false;
        let (slot, pc) = (state.slot, state.pc);
        let template = match state.template {
            Some(template) => template,
            None => {
                let array = if state.needs_array { state.array } else { 0 };
                let template = Table::new(self.core.heap, array, state.hash)?;
                state.template = Some(template);
                let constant = self.object_constant(template.into())?;
                *self.ins_mut(pc) = Ins::ad(Bc::TDup, slot, constant);
                template
            }
        };
        let value = if e.is_plain_constant() {
            Self::constant_value(e)
        } else {
            Value::NIL
        };
        let write = self.heap.write(template);
        match key.kind {
            Kind::Str(s) if value.is_nil() => {
                // A value that no constant has holds the place until the end.
                push(&mut self.nil_keys, s)?;
                write.set_str(self.heap, s, template.into())?;
            }
            Kind::Str(s) => write.set_str(self.heap, s, value)?,
            _ => match write.set(self.heap, Self::constant_value(key), value) {
                Ok(()) => {}
                Err(TableError::Memory(out)) => return Err(out.into()),
                Err(_) => return Err(OutOfMemory.into()),
            },
        }
        Ok(())
    }

    /// All fields are done.
    fn end_table(&mut self) -> Res<Step<'a>> {
        let Some(state) = self.tables.pop() else {
            return Ok(Step::Done(Desc::VOID));
        };
        self.at = state.node.span.end;
        if state.is_open {
            self.emit_open_items(&state)?;
        }
        match state.template {
            Some(template) => self.end_template(&state, template)?,
            None => {
                let array = match state.array {
                    _ if !state.needs_array => 0,
                    n => n.clamp(3, MAX_TNEW_ARRAY),
                };
                let ins = self.ins_mut(state.pc);
                *ins = ins.with_d(array | hash_bits(state.hash) << 11);
            }
        }
        let kind = if state.pc + 1 == self.pc() {
            self.f.free -= 1;
            Kind::Relocatable(state.pc)
        } else {
            Kind::Fixed(state.slot as u8)
        };
        Ok(Step::Done(kind.into()))
    }

    /// The last item's store becomes one of all results of the call.
    fn emit_open_items(&mut self, state: &TableState<'a>) -> Res {
        // The index lies in the low bits of a number with a large exponent.
        let first = self.number_constant(4_503_599_627_370_496.0 + f64::from(state.array - 1))?;
        if state.array > 256 {
            self.code.pop();
            self.lines.pop();
        }
        let store = self.pc() - 1;
        *self.ins_mut(store) = Ins::ad(Bc::TSetM, state.slot + 1, first);
        let call = self.ins_mut(store - 1);
        *call = call.with_b(0);
        Ok(())
    }

    fn end_template(&mut self, state: &TableState<'a>, template: Gc<Table>) -> Res {
        let write = self.heap.write(template);
        if state.needs_array && template.asize.get() < state.array {
            write.reserve_array(self.heap, state.array)?;
        }
        for key in self.core.nil_keys.drain(state.nil_keys..) {
            if template.get_str(key) == template.into() {
                write.set_str(self.core.heap, key, Value::NIL)?;
            }
        }
        Ok(())
    }
}
