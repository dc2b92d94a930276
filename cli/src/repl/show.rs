//! Results as a person wants to see them: tables with what is in them, in as few lines as fit, cycles and depth bounded.

use std::fmt::Write;

use perilune::value::{Gc, Table, Value};

use super::highlight::{Colour, paint};
use crate::engine::{Engine, text_of};
use crate::text::{entries, key, plain};

/// Tables within tables are shown so deep.
const MAX_DEPTH: usize = 5;
/// Entries of a table that are shown.
const MAX_ENTRIES: usize = 100;
/// Of larger tables only the first entries are put in order.
const MOST_SORTED: usize = 10_000;
/// Characters of a line.
const WIDTH: usize = 78;
/// Where the values lie while they are shown, since their `__tostring` may run: in the registry under this name.
const KEPT: &str = "perilune.shown";

/// How values are shown.
pub struct Show<'a> {
    engine: &'a Engine,
    colours: bool,
    /// The tables that the one being shown lies in.
    path: Vec<Gc<Table>>,
}

/// Shows results: strings and numbers as `print` would, tables with what is in them.
pub fn results(engine: &Engine, values: &[Value], colours: bool) -> String {
    keep(engine, values);
    let mut show = Show {
        engine,
        colours,
        path: Vec::new(),
    };
    let texts: Vec<String> = values
        .iter()
        .map(|value| match text_of(*value) {
            Some(text) => String::from_utf8_lossy(&text).into_owned(),
            None => show.value(*value, 0, 0),
        })
        .collect();
    keep(engine, &[]);
    let between = if texts.iter().any(|t| t.contains('\n')) {
        "\n"
    } else {
        "\t"
    };
    texts.join(between)
}

/// Keeps these values alive from now on, and no others.
fn keep(engine: &Engine, values: &[Value]) {
    let vm = &mut *engine.vm();
    let registry = vm.registry();
    let Ok(list) = vm.new_table(0, 0) else { return };
    for (i, value) in (1..).zip(values) {
        let _ = vm.raw_set_int(list, i, *value);
    }
    let list = if values.is_empty() {
        Value::NIL
    } else {
        list.into()
    };
    let _ = vm.raw_set_name(registry, KEPT, list);
}

impl Show<'_> {
    /// A value whose text begins at this column, within so many columns of indentation.
    fn value(&mut self, value: Value, indent: usize, column: usize) -> String {
        if let Some(text) = self.own_text(value) {
            return text;
        }
        match value.as_table() {
            Some(table) => self.table(table, indent, column),
            None => {
                let colour = match value.type_of().name() {
                    "string" => Colour::String,
                    "number" => Colour::Number,
                    "nil" | "boolean" => Colour::Keyword,
                    _ => Colour::Comment,
                };
                self.painted(&plain(value, usize::MAX), colour)
            }
        }
    }

    fn painted(&self, text: &str, colour: Colour) -> String {
        if self.colours {
            paint(text, colour)
        } else {
            text.to_owned()
        }
    }

    /// What the value's `__tostring` says.
    fn own_text(&self, value: Value) -> Option<String> {
        if value.as_str().is_some() {
            return None;
        }
        let function = self.engine.vm().metafield(value, "__tostring").ok()?;
        if function.is_nil() {
            return None;
        }
        match self.engine.call_plain(function, &[value]) {
            Ok(results) => {
                let text = results.first().copied().and_then(text_of)?;
                Some(String::from_utf8_lossy(&text).into_owned())
            }
            Err(failure) => {
                let text = failure.text().unwrap_or(b"nil");
                let text = String::from_utf8_lossy(text);
                Some(format!("{} <__tostring failed: {text}>", plain(value, 0)))
            }
        }
    }

    fn table(&mut self, table: Gc<Table>, indent: usize, column: usize) -> String {
        let total = entries(table).count();
        if total == 0 {
            return String::from("{}");
        }
        if let Some(up) = self.path.iter().rev().position(|outer| *outer == table) {
            let text = format!("<{} up>", up + 1);
            return self.painted(&text, Colour::Comment);
        }
        if self.path.len() == MAX_DEPTH {
            return self.painted("{…}", Colour::Comment);
        }
        self.path.push(table);
        let mut items = Vec::new();
        let mut expected = 1;
        // The first ones only: showing one may run `__tostring`, which may change the table.
        let mut shown: Vec<(Value, Value)> = entries(table).take(MOST_SORTED).collect();
        let named = shown.partition_point(|(k, _)| k.as_int().is_some_and(|i| i >= 1));
        shown[named..].sort_by_cached_key(|(k, _)| (!k.is_str(), key(*k)));
        shown.truncate(MAX_ENTRIES);
        for (k, v) in shown {
            let mut item = String::new();
            if k.as_int() == Some(expected) {
                expected += 1;
            } else {
                let _ = write!(item, "{} = ", key(k));
            }
            let at = indent + 2 + item.chars().count();
            item.push_str(&self.value(v, indent + 2, at));
            items.push(item);
        }
        if total > items.len() {
            let rest = format!("… ({} more)", total - items.len());
            items.push(self.painted(&rest, Colour::Comment));
        }
        self.path.pop();
        let length: usize = items.iter().map(|item| visible(item) + 2).sum();
        let fits = column + length + 2 <= WIDTH && !items.iter().any(|item| item.contains('\n'));
        if fits {
            return format!("{{ {} }}", items.join(", "));
        }
        let space = " ".repeat(indent + 2);
        let mut text = String::from("{\n");
        let mut line = String::new();
        for item in &items {
            // Short items without names share lines.
            let alone = item.contains('\n') || item.contains(" = ");
            if !line.is_empty() && (alone || visible(&line) + visible(item) + 2 > WIDTH) {
                let _ = writeln!(text, "{}", line.trim_end());
                line.clear();
            }
            if line.is_empty() {
                line.push_str(&space);
            }
            line.push_str(item);
            line.push_str(", ");
            if alone {
                let _ = writeln!(text, "{}", line.trim_end());
                line.clear();
            }
        }
        if !line.is_empty() {
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let _ = write!(text, "{}}}", " ".repeat(indent));
        text
    }
}

/// How many characters are seen: without what colours are made of.
fn visible(text: &str) -> usize {
    let mut count = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\x1b' {
            chars.by_ref().find(|c| *c == 'm');
        } else {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str) -> String {
        let engine = Engine::new(true, false).expect("a state");
        let chunk = engine
            .load(format!("return {code}").as_bytes(), b"=test")
            .expect("a chunk");
        let values = engine.call(chunk, &[]).expect("values");
        results(&engine, &values, false)
    }

    #[test]
    fn tables() {
        assert_eq!(
            shown("{ 1, 'a', x = { true, {} } }"),
            "{ 1, \"a\", x = { true, {} } }"
        );
        assert_eq!(
            shown("(function() local t = { 1 } t.t = t t.u = { t } return t end)()"),
            "{ 1, t = <1 up>, u = { <2 up> } }"
        );
        assert_eq!(
            shown("{ { { { { { 1 } } } } } }"),
            "{ { { { { {…} } } } } }"
        );
        assert_eq!(
            shown("setmetatable({}, { __tostring = function() return 'mine' end }), 'x', nil"),
            "mine\tx\tnil"
        );
        let long = shown("{ name = ('x'):rep(60), other = ('y'):rep(30) }");
        assert_eq!(long.lines().count(), 4, "{long}");
        assert!(long.starts_with("{\n  "), "{long}");
        let many = shown("(function() local t = {} for i = 1, 250 do t[i] = i end return t end)()");
        assert!(many.contains("(150 more)"), "{many}");
    }

    #[test]
    fn texts_of_objects_may_collect_garbage() {
        let code =
            "(function() local m = { __tostring = function() collectgarbage() return 'm' end }
            return { setmetatable({}, m), { ('a'):rep(3) }, setmetatable({}, m) } end)()";
        assert_eq!(shown(code), "{ m, { \"aaa\" }, m }");
    }
}
