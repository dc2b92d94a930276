//! `#[derive(UserData)]` and `#[lua_methods]`.
#![cfg(feature = "derive")]

// The macros name the crate as its users do.
use perilune::api::{self, Lua, UserData, UserDataRef, lua_methods};

#[derive(Clone, Debug, PartialEq, UserData)]
#[lua(methods)]
struct Vec2 {
    #[lua(get, set)]
    x: f64,
    #[lua(get)]
    y: f64,
    hidden: u8,
}

#[lua_methods]
impl Vec2 {
    fn new(x: f64, y: f64) -> Vec2 {
        Vec2 { x, y, hidden: 0 }
    }
    fn length(&self) -> f64 {
        self.x.hypot(self.y)
    }
    fn scale(&mut self, by: f64) {
        self.x *= by;
        self.y *= by;
    }
    #[lua(name = "checked")]
    fn divide(&self, lua: &Lua, by: f64) -> api::Result<Vec2> {
        let _ = lua.used_memory()?;
        if by == 0.0 {
            return Err(api::Error::runtime("division by zero"));
        }
        Ok(Vec2::new(self.x / by, self.y / by))
    }
    #[lua(meta = "__add")]
    fn add(a: UserDataRef<Vec2>, b: UserDataRef<Vec2>) -> Vec2 {
        Vec2::new(a.x + b.x, a.y + b.y)
    }
    #[lua(meta = "__tostring")]
    fn text(&self) -> String {
        format!("({}, {})", self.x, self.y)
    }
    #[lua(skip)]
    fn secret(&self) -> u8 {
        self.hidden
    }
}

#[test]
fn derived_types_work() {
    let lua = Lua::new();
    lua.globals()
        .set("Vec2", lua.create_proxy::<Vec2>().unwrap())
        .unwrap();
    let v: UserDataRef<Vec2> = lua
        .load(
            "local v = Vec2.new(3, 4)
             assert(v:length() == 5 and v.y == 4 and v.hidden == nil and v.secret == nil)
             v:scale(2) v.x = v.x + 1
             assert(tostring(v) == '(7, 8)')
             assert(not pcall(function() v.y = 1 end))
             local ok, e = pcall(v.checked, v, 0)
             assert(not ok and e == 'division by zero', e)
             return v:checked(2) + v",
        )
        .eval()
        .unwrap();
    assert_eq!(*v, Vec2::new(10.5, 12.0));
    assert_eq!(v.secret(), 0);
}
