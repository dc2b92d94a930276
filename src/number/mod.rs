//! Numbers to text and back: exact, without locale, as LuaJIT's `lj_strfmt` and `lj_strscan` do it.
