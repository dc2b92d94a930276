//! serde.
#![cfg(feature = "serde")]

use std::collections::BTreeMap;

use perilune::api::{Lua, Value};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, PartialEq, Debug)]
enum Kind {
    Unit,
    One(i32),
    Two(i32, String),
    Named { x: f64, y: Option<bool> },
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Everything {
    text: String,
    number: i64,
    real: f64,
    flag: bool,
    absent: Option<u8>,
    list: Vec<u16>,
    pair: (i8, char),
    map: BTreeMap<String, Vec<i32>>,
    kinds: Vec<Kind>,
    #[serde(default)]
    unit: (),
}

#[test]
fn data_goes_there_and_back() {
    let lua = Lua::new();
    lua.gc_set_zeal(true).unwrap();
    let data = Everything {
        text: "täxt".to_string(),
        number: -5,
        real: 0.25,
        flag: true,
        absent: None,
        list: vec![1, 2, 3],
        pair: (-1, 'x'),
        map: BTreeMap::from([("a".to_string(), vec![]), ("b".to_string(), vec![7])]),
        kinds: vec![
            Kind::Unit,
            Kind::One(1),
            Kind::Two(2, "b".to_string()),
            Kind::Named { x: 1.5, y: None },
        ],
        unit: (),
    };
    let value = lua.to_value(&data).unwrap();
    lua.globals().set("v", &value).unwrap();
    lua.load("assert(v.kinds[1] == 'Unit' and v.kinds[2].One == 1 and v.kinds[3].Two[2] == 'b' and v.pair[2] == 'x')")
        .exec()
        .unwrap();
    assert_eq!(lua.from_value::<Everything>(value).unwrap(), data);
}

#[test]
fn what_doesnt_fit_is_an_error() {
    let lua = Lua::new();
    let eval = |source: &str| lua.load(source).eval::<Value>().unwrap();
    assert!(lua.from_value::<u8>(eval("return 300")).is_err());
    assert!(lua.from_value::<Vec<i32>>(eval("return {1, 'x'}")).is_err());
    assert!(lua.from_value::<String>(eval("return print")).is_err());
    assert!(
        lua.from_value::<Kind>(eval("return {One = 1, Two = 2}"))
            .is_err()
    );
    assert!(lua.from_value::<Kind>(eval("return 'Three'")).is_err());
    // A table within itself ends.
    #[derive(Deserialize, Debug)]
    struct Nested {
        #[allow(dead_code, reason = "only its making is of interest")]
        t: Option<Box<Nested>>,
    }
    let error = lua
        .from_value::<Nested>(eval("local t = {} t.t = t return t"))
        .unwrap_err();
    assert!(error.to_string().contains("too deeply"), "{error}");
    lua.fail_allocation(5).unwrap();
    assert!(lua.to_value(&vec![vec![1; 100]; 100]).is_err());
}
