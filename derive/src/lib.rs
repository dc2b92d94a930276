//! The macros behind `perilune::api::{UserData, lua_methods}`. Use them through the feature `derive` of `perilune`.
#![forbid(unsafe_code)]

mod fields;
mod methods;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemImpl, parse_macro_input};

/// Implements `UserData`.
///
/// `#[lua(get)]`, `#[lua(set)]` or `#[lua(get, set)]` make a field readable (it is cloned) and assignable; `#[lua(methods)]` on the type
/// adds what [`macro@lua_methods`] finds in one of its `impl` blocks.
#[proc_macro_derive(UserData, attributes(lua))]
pub fn derive_user_data(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    fields::expand(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes the functions of an `impl` block methods for scripts: those with `&self` and `&mut self` as methods, others as functions.
///
/// `#[lua(meta = "__add")]` makes a metamethod, `#[lua(name = "other")]` gives another name, `#[lua(skip)]` leaves a function out. A first
/// parameter of type `&Lua` is the state. A result of a type named `Result` may fail.
#[proc_macro_attribute]
pub fn lua_methods(_: TokenStream, input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as ItemImpl);
    methods::expand(input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
