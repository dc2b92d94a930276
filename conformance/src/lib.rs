//! Differential tests against reference LuaJIT.
