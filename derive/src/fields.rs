//! `#[derive(UserData)]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Result};

/// Which of the wanted words `#[lua(…)]` attributes have.
fn words(attributes: &[Attribute], known: &[&str]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("lua")) {
        attribute.parse_nested_meta(|meta| {
            match known.iter().find(|word| meta.path.is_ident(word)) {
                Some(word) => found.push((*word).to_string()),
                None => return Err(meta.error(format!("one of {known:?} is wanted"))),
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// The implementation.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let has_methods = words(&input.attrs, &["methods"])?.contains(&"methods".to_string());
    let mut accessors = Vec::new();
    if let Data::Struct(data) = &input.data {
        for field in &data.fields {
            let wanted = words(&field.attrs, &["get", "set"])?;
            let Some(field_name) = &field.ident else {
                continue;
            };
            let (text, ty) = (field_name.to_string(), &field.ty);
            if wanted.iter().any(|word| word == "get") {
                accessors.push(quote! {
                    fields.add_field_method_get(#text, |_, this| {
                        ::core::result::Result::Ok(::core::clone::Clone::clone(&this.#field_name))
                    });
                });
            }
            if wanted.iter().any(|word| word == "set") {
                accessors.push(quote! {
                    fields.add_field_method_set(#text, |_, this, value: #ty| {
                        this.#field_name = value;
                        ::core::result::Result::Ok(())
                    });
                });
            }
        }
    }
    let methods = has_methods.then(|| quote! { Self::__lua_methods(methods); });
    Ok(quote! {
        impl #generics ::perilune::api::UserData for #name #arguments #bounds {
            #[allow(unused_variables)]
            fn add_fields<F: ::perilune::api::UserDataFields<Self>>(fields: &mut F) {
                #(#accessors)*
            }
            #[allow(unused_variables)]
            fn add_methods<M: ::perilune::api::UserDataMethods<Self>>(methods: &mut M) {
                #methods
            }
        }
    })
}
