//! `#[lua_methods]`

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    FnArg, ImplItem, ImplItemFn, ItemImpl, LitStr, Result, ReturnType, Type, spanned::Spanned,
};

/// What `#[lua(…)]` says of a function.
#[derive(Default)]
struct Wishes {
    skip: bool,
    name: Option<String>,
    meta: Option<LitStr>,
}

/// Takes the attribute off.
fn wishes(function: &mut ImplItemFn) -> Result<Wishes> {
    let mut wishes = Wishes::default();
    for attribute in function.attrs.iter().filter(|a| a.path().is_ident("lua")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("skip") {
                wishes.skip = true;
            } else if meta.path.is_ident("name") {
                wishes.name = Some(meta.value()?.parse::<LitStr>()?.value());
            } else if meta.path.is_ident("meta") {
                wishes.meta = Some(meta.value()?.parse()?);
            } else {
                return Err(meta.error("`skip`, `name` or `meta` is wanted"));
            }
            Ok(())
        })?;
    }
    function.attrs.retain(|a| !a.path().is_ident("lua"));
    Ok(wishes)
}

/// Is it `&Lua`?
fn is_state(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) => path.path.segments.last().is_some_and(|s| s.ident == "Lua"),
            _ => false,
        },
        _ => false,
    }
}

fn returns_result(output: &ReturnType) -> bool {
    match output {
        ReturnType::Type(_, ty) => match &**ty {
            Type::Path(path) => path
                .path
                .segments
                .last()
                .is_some_and(|s| s.ident == "Result"),
            _ => false,
        },
        ReturnType::Default => false,
    }
}

/// The variant of `MetaMethod` for an event.
fn variant(event: &LitStr) -> Result<proc_macro2::Ident> {
    const EVENTS: &[(&str, &str)] = &[
        ("__add", "Add"),
        ("__sub", "Sub"),
        ("__mul", "Mul"),
        ("__div", "Div"),
        ("__mod", "Mod"),
        ("__pow", "Pow"),
        ("__unm", "Unm"),
        ("__concat", "Concat"),
        ("__len", "Len"),
        ("__eq", "Eq"),
        ("__lt", "Lt"),
        ("__le", "Le"),
        ("__index", "Index"),
        ("__newindex", "NewIndex"),
        ("__call", "Call"),
        ("__tostring", "ToString"),
        ("__pairs", "Pairs"),
        ("__ipairs", "IPairs"),
    ];
    let name = event.value();
    match EVENTS.iter().find(|(event, _)| *event == name) {
        Some((_, variant)) => Ok(format_ident!("{variant}")),
        None => Err(syn::Error::new(event.span(), "no metamethod of userdata")),
    }
}

/// How one function is added.
fn registration(function: &ImplItemFn, wishes: &Wishes) -> Result<TokenStream> {
    let ident = &function.sig.ident;
    let (mut receiver, mut takes_state) = (None, false);
    let (mut names, mut types) = (Vec::new(), Vec::new());
    for (i, input) in function.sig.inputs.iter().enumerate() {
        match input {
            FnArg::Receiver(this) if this.reference.is_some() => {
                receiver = Some(this.mutability.is_some());
            }
            FnArg::Receiver(this) => {
                return Err(syn::Error::new(this.span(), "a method borrows its value"));
            }
            FnArg::Typed(arg) if names.is_empty() && !takes_state && is_state(&arg.ty) => {
                takes_state = true;
            }
            FnArg::Typed(arg) => {
                names.push(format_ident!("arg{i}"));
                types.push(&arg.ty);
            }
        }
    }
    let state = takes_state.then(|| quote! { lua, });
    let args = quote! { (#(#names,)*): (#(#types,)*) };
    let args = if names.is_empty() {
        quote! { (): () }
    } else {
        args
    };
    let call = match receiver {
        Some(_) => quote! { this.#ident(#state #(#names),*) },
        None => quote! { Self::#ident(#state #(#names),*) },
    };
    let call = if returns_result(&function.sig.output) {
        call
    } else {
        quote! { ::core::result::Result::Ok(#call) }
    };
    let closure = match receiver {
        Some(_) => quote! { |lua, this, #args| #call },
        None => quote! { |lua, #args| #call },
    };
    if let Some(event) = &wishes.meta {
        let event = variant(event)?;
        let event = quote! { ::perilune::api::MetaMethod::#event };
        return Ok(match receiver {
            Some(false) => quote! { methods.add_meta_method(#event, #closure); },
            Some(true) => quote! { methods.add_meta_method_mut(#event, #closure); },
            None => quote! { methods.add_meta_function(#event, #closure); },
        });
    }
    let name = wishes.name.clone().unwrap_or_else(|| ident.to_string());
    Ok(match receiver {
        Some(false) => quote! { methods.add_method(#name, #closure); },
        Some(true) => quote! { methods.add_method_mut(#name, #closure); },
        None => quote! { methods.add_function(#name, #closure); },
    })
}

/// The block as it was, and a function that adds its functions.
pub fn expand(mut block: ItemImpl) -> Result<TokenStream> {
    let mut registrations = Vec::new();
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            let wishes = wishes(function)?;
            if !wishes.skip {
                registrations.push(registration(function, &wishes)?);
            }
        }
    }
    let ty = &block.self_ty;
    let (generics, _, bounds) = block.generics.split_for_impl();
    Ok(quote! {
        #block
        impl #generics #ty #bounds {
            #[doc(hidden)]
            #[allow(unused_variables)]
            fn __lua_methods<M: ::perilune::api::UserDataMethods<Self>>(methods: &mut M) {
                #(#registrations)*
            }
        }
    })
}
