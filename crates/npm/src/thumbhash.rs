//! Decodes the ThumbHash of a placeholder.
use crate::state::State;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::lazy::THUMBHASH_ERROR;
use whippet_engine::lazy::placeholder;

/// A ThumbHash, then its data URL.
static TEXT: State<Vec<u8>> = State::new(Vec::new());

/// The address at which JavaScript writes a ThumbHash of `length` bytes, or reads a data URL.
#[wasm_bindgen]
pub fn thumbhash_text(length: usize) -> usize {
    TEXT.with(|text| {
        text.resize(length, 0);
        text.as_ptr() as usize
    })
}

/// Turns the ThumbHash at the address of `thumbhash_text` into a data URL at the address of `thumbhash_text` of the returned
/// length. A negative result is `THUMBHASH_ERROR` − the index of the reason.
#[wasm_bindgen]
pub fn thumbhash_decode() -> i32 {
    TEXT.with(|text| match placeholder::data_url(text) {
        Ok(url) => {
            *text = url;
            text.len() as i32
        }
        Err(error) => THUMBHASH_ERROR - error as i32,
    })
}
