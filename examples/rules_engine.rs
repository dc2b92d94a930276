//! Rules as data that people edit: each is a condition and an action in Lua, over facts that Rust lends for the time of the evaluation.
//!
//! `cargo run -p perilune --features std --example rules_engine`

use perilune::api::{Error, Function, Lua, UserData, UserDataFields, UserDataMethods};

struct Order {
    total: f64,
    country: String,
    items: u32,
    discount: f64,
    notes: Vec<String>,
}

impl UserData for Order {
    fn add_fields<F: UserDataFields<Self>>(fields: &mut F) {
        fields.add_field_method_get("total", |_, this| Ok(this.total));
        fields.add_field_method_get("country", |_, this| Ok(this.country.clone()));
        fields.add_field_method_get("items", |_, this| Ok(this.items));
    }
    fn add_methods<M: UserDataMethods<Self>>(methods: &mut M) {
        methods.add_method_mut("reduce", |_, this, percent: f64| {
            this.discount = (this.discount + percent).min(30.0);
            Ok(())
        });
        methods.add_method_mut("note", |_, this, text: String| {
            this.notes.push(text);
            Ok(())
        });
    }
}

const RULES: &str = r#"
rule "large order"   { when = function(o) return o.total > 500 end,           act = function(o) o:reduce(10) end }
rule "many items"    { when = function(o) return o.items >= 10 end,           act = function(o) o:reduce(5) o:note("bulk") end }
rule "abroad"        { when = function(o) return o.country ~= "IS" end,       act = function(o) o:note("customs form " .. o.country) end }
rule "broken"        { when = function(o) return o.weight > 5 end,            act = function() end }
"#;

struct Rule {
    name: String,
    when: Function,
    act: Function,
}

fn load(lua: &Lua) -> Result<Vec<Rule>, Error> {
    let rules = std::cell::RefCell::new(Vec::new());
    lua.scope(|scope| {
        // rule "name" { … }
        let rule = scope.create_function(|lua, name: String| {
            let define = lua.globals().get::<Function>("define")?;
            lua.create_function(move |_, body: perilune::api::Table| {
                define.call::<()>((name.clone(), body))
            })
        })?;
        let define = scope.create_function(|_, (name, body): (String, perilune::api::Table)| {
            rules.borrow_mut().push(Rule {
                when: body
                    .get("when")
                    .map_err(|e| e.context(format!("rule '{name}'")))?,
                act: body
                    .get("act")
                    .map_err(|e| e.context(format!("rule '{name}'")))?,
                name,
            });
            Ok(())
        })?;
        lua.globals().set("rule", rule)?;
        lua.globals().set("define", define)?;
        lua.load(RULES).set_name("=rules").exec()
    })?;
    Ok(rules.into_inner())
}

fn main() -> Result<(), Error> {
    let lua = Lua::builder().memory_limit(4 << 20).build()?;
    let rules = load(&lua)?;
    let mut order = Order {
        total: 620.0,
        country: "NO".to_string(),
        items: 12,
        discount: 0.0,
        notes: Vec::new(),
    };
    for rule in &rules {
        // A rule may not take for ever, nor spoil the others.
        lua.set_fuel(Some(10_000))?;
        let result = lua.scope(|scope| {
            let order = scope.create_userdata_ref_mut(&mut order)?;
            if rule.when.call::<bool>(&order)? {
                rule.act.call::<()>(&order)?;
                return Ok(true);
            }
            Ok(false)
        });
        match result {
            Ok(applied) => println!("{}: {}", rule.name, if applied { "applied" } else { "-" }),
            Err(error) => println!("{}: {error}", rule.name),
        }
    }
    println!("discount {} %, notes {:?}", order.discount, order.notes);
    Ok(())
}
