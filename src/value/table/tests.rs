//! Tables against a model, and known answers of LuaJIT.

extern crate std;

use std::collections::BTreeMap;
use std::vec::Vec;

use super::*;
use crate::gc::testing::{Random, heap};

fn set(heap: &mut Heap, t: Gc<Table>, key: Value, value: Value) {
    assert_eq!(heap.write(t).set(heap, key, value), Ok(()));
}

fn traverse(t: Gc<Table>) -> Vec<(Value, Value)> {
    let mut entries = Vec::new();
    let mut key = Value::NIL;
    while let Some(entry) = t.next(key).unwrap() {
        entries.push(entry);
        key = entry.0;
    }
    entries
}

#[test]
fn behaves_like_a_map() {
    for seed in 1..40 {
        let mut random = Random(seed);
        let mut heap = heap();
        let t = Table::new(&mut heap, (seed % 20) as u32, (seed % 7) as u32).unwrap();
        let keys: Vec<Value> = (0..300)
            .map(|i| match random.below(5) {
                0 => Value::int(random.below(64) as i32 - 8),
                1 => Value::number(random.below(1 << 40) as f64 / 4.0),
                2 => Value::boolean(i % 2 == 0),
                3 => heap
                    .new_cdata(crate::value::cdata::CType::Int64, 0, 0)
                    .unwrap()
                    .into(),
                _ => heap
                    .intern(&random.below(1000).to_le_bytes())
                    .unwrap()
                    .into(),
            })
            .collect();
        let mut model: BTreeMap<u64, Value> = BTreeMap::new();
        for step in 0..3000 {
            let key = keys[random.below(300) as usize];
            let bits = match key.as_int() {
                Some(i) => Value::int(i).to_bits(),
                None => key.to_bits(),
            };
            match random.below(3) {
                0 => {
                    set(&mut heap, t, key, Value::NIL);
                    model.remove(&bits);
                }
                _ => {
                    set(&mut heap, t, key, Value::int(step));
                    model.insert(bits, Value::int(step));
                }
            }
            if step % 100 == 0 {
                for &key in &keys {
                    let bits = match key.as_int() {
                        Some(i) => Value::int(i).to_bits(),
                        None => key.to_bits(),
                    };
                    assert_eq!(t.get(key), *model.get(&bits).unwrap_or(&Value::NIL));
                }
                let mut entries: Vec<_> =
                    traverse(t).iter().map(|(k, v)| (k.to_bits(), *v)).collect();
                entries.sort_by_key(|e| e.0);
                assert!(
                    entries
                        .iter()
                        .copied()
                        .eq(model.iter().map(|(k, v)| (*k, *v)))
                );
                let mut copied: Vec<_> = traverse(Table::duplicate(&mut heap, t).unwrap())
                    .iter()
                    .map(|(k, v)| (k.to_bits(), *v))
                    .collect();
                copied.sort_by_key(|e| e.0);
                assert_eq!(copied, entries);
                let border = t.len() as i32;
                assert!(border == 0 || !t.get_int(border).is_nil());
                assert!(t.get_int(border + 1).is_nil());
            }
        }
        heap.write(t).clear();
        assert!(traverse(t).is_empty());
    }
}

#[test]
fn normalises_keys() {
    let mut heap = heap();
    let t = Table::new(&mut heap, 0, 0).unwrap();
    set(&mut heap, t, Value::number(-0.0), Value::TRUE);
    assert_eq!(t.get_int(0), Value::TRUE);
    assert_eq!(t.get(Value::number(-0.0)), Value::TRUE);
    assert_eq!(traverse(t), [(Value::int(0), Value::TRUE)]);
    let token = heap.write(t);
    let nan = Value::number(f64::NAN);
    assert_eq!(
        token.set(&mut heap, nan, Value::TRUE),
        Err(TableError::NanKey)
    );
    assert_eq!(
        token.set(&mut heap, Value::NIL, Value::TRUE),
        Err(TableError::NilKey)
    );
    assert_eq!((t.get(nan), t.get(Value::NIL)), (Value::NIL, Value::NIL));
    assert_eq!(t.next(Value::TRUE), Err(()));
}

#[test]
fn traversal_survives_removal() {
    let mut heap = heap();
    let t = Table::new(&mut heap, 0, 0).unwrap();
    for i in 0..100 {
        set(&mut heap, t, Value::number(f64::from(i) + 0.5), Value::TRUE);
    }
    let mut key = Value::NIL;
    let mut seen = 0;
    while let Some((k, _)) = t.next(key).unwrap() {
        set(&mut heap, t, k, Value::NIL);
        key = k;
        seen += 1;
    }
    assert_eq!(seen, 100);
}

/// Sparse integers in the order that LuaJIT gives: `for k in pairs{…} do io.write(k, " ") end`.
#[test]
fn order_of_numbers_is_luajits() {
    let mut heap = heap();
    let t = Table::new(&mut heap, 0, 0).unwrap();
    for i in [100, 200, 300, 1000, 5000, 77, -3, 12345, 99999, 4] {
        set(&mut heap, t, Value::int(i), Value::TRUE);
    }
    set(&mut heap, t, Value::number(0.5), Value::TRUE);
    set(&mut heap, t, Value::number(1e100), Value::TRUE);
    let order: Vec<f64> = traverse(t)
        .iter()
        .map(|e| e.0.as_number().unwrap())
        .collect();
    assert_eq!(
        order,
        [
            200.0, 12345.0, 4.0, 1e100, 99999.0, 0.5, 1000.0, -3.0, 300.0, 5000.0, 100.0, 77.0
        ]
    );
}

#[cfg(feature = "jit")]
#[test]
fn machine_code_hashes_alike() {
    use perilune_jit_x86::runtime::encoding;
    let mut bits = 1u64;
    for i in 0..2000 {
        bits = bits.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(i % 63);
        let number = Value::number(f64::from_bits(bits));
        let light = Value::light(bits & 0xFFFF_FFFF);
        for key in [number, light, Value::int(i as i32 - 1000)] {
            assert_eq!(encoding::hash(key.to_bits()), hash_of(key));
        }
    }
}

#[test]
fn numbers_of_the_same_hash_do_no_harm() {
    let mut heap = heap();
    let t = Table::new(&mut heap, 0, 0).unwrap();
    // Doubles in [1, 2) whose hashes have the same low byte.
    let keys: Vec<Value> = (0..20_000u64)
        .map(|i| {
            let high = 0x3FF0_0000 | i;
            let b = (high as u32) << 1;
            let low = (0..).find(|&low| scramble(low, b) & 0xFF == 0x42).unwrap();
            Value::number(f64::from_bits(high << 32 | u64::from(low)))
        })
        .collect();
    for (i, &key) in keys.iter().enumerate() {
        set(&mut heap, t, key, Value::int(i as i32));
        assert_eq!(hash_of(key) & 0xFF, 0x42);
    }
    let longest = |t: Gc<Table>| {
        let chain = |key: Value| {
            let mut node = t.main_node(t.hash_in(key));
            let mut length = 1;
            // SAFETY: chains link nodes of the table.
            while let Some(next) = unsafe { node.next.get().as_ref() } {
                node = next;
                length += 1;
            }
            length
        };
        keys.iter().map(|&key| chain(key)).max()
    };
    assert!(longest(t) < Some(64), "{:?}", longest(t));
    let copy = Table::duplicate(&mut heap, t).unwrap();
    for t in [t, copy] {
        for (i, &key) in keys.iter().enumerate() {
            assert_eq!(t.get(key), Value::int(i as i32));
        }
        assert_eq!(traverse(t).len(), keys.len());
    }
}

#[test]
fn a_store_that_fails_changes_nothing() {
    for n in 1..60 {
        let mut heap = heap();
        let t = Table::new(&mut heap, 3, 0).unwrap();
        heap.fail_allocation(n);
        let mut stored = 0;
        for i in 1..500 {
            let key = Value::int(if i % 3 == 0 { i * 1000 } else { i });
            match heap.write(t).set(&mut heap, key, Value::int(i)) {
                Ok(()) => stored += 1,
                Err(error) => {
                    assert_eq!(error, TableError::Memory(OutOfMemory));
                    assert!(t.get(key).is_nil());
                    break;
                }
            }
        }
        assert_eq!(traverse(t).len(), stored);
    }
}

#[test]
fn a_guess_changes_no_length() {
    let mut found = 0;
    for seed in 1..60 {
        let mut random = Random(seed);
        let mut heap = heap();
        let slots = [0, 1, 2, 3, 5, 17, 33, 40, 65][seed as usize % 9];
        let t = Table::new(&mut heap, slots, seed as u32 % 3).unwrap();
        let holes = random.below(6);
        for step in 0..slots {
            set(&mut heap, t, Value::int(step as i32), Value::TRUE);
            for _ in 0..holes {
                let key = random.below(u64::from(slots)) as i32;
                let value = Value::boolean(true);
                let value = if random.below(3) == 0 {
                    value
                } else {
                    Value::NIL
                };
                set(&mut heap, t, Value::int(key), value);
            }
            for guess in 0..slots + 3 {
                if let Some(length) = t.len_near(guess) {
                    assert_eq!(length, t.len());
                    found += 1;
                }
            }
        }
    }
    assert!(found > 1000);
}
