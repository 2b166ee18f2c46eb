//! The exports for JSON bodies, against the module's own memory.
#![expect(
    unsafe_code,
    reason = "the test plays JavaScript's part, which reads and writes memory at addresses"
)]
use js_sys::WebAssembly::Memory;
use js_sys::{ArrayBuffer, Uint8Array, Uint32Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_npm::json;

const SAME: u32 = 0;
const PATCH: u32 = 1;
const UNKNOWN: u32 = 3;

/// Sends `text` in two halves; gives the receipt, and what `json_finish` said.
fn receive(previous: u32, text: &str) -> (u32, u32) {
    let receipt = json::json_begin(previous, 0);
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    for chunk in [first, second] {
        let room = json::json_room(receipt, chunk.len());
        // SAFETY: the room is as long as the chunk, and nothing else is written to it.
        unsafe { core::ptr::copy_nonoverlapping(chunk.as_ptr(), room as *mut u8, chunk.len()) };
        assert!(!json::json_received(receipt));
    }
    let outcome = json::json_finish(receipt, previous != 0);
    (receipt, outcome)
}

fn memory() -> ArrayBuffer {
    json::json_start(1, 2, 3, 4).unchecked_into::<Memory>().buffer().unchecked_into()
}

#[wasm_bindgen_test]
fn a_body_is_known_again() {
    let (receipt, outcome) = receive(0, r#"{"a":[1,2,3]}"#);
    assert_eq!(outcome, UNKNOWN);
    assert_eq!(json::json_length(receipt), 13);
    let body = json::json_keep(receipt);
    assert_ne!(body, 0);

    let (receipt, outcome) = receive(body, r#"{"a":[1,2,3]}"#);
    assert_eq!(outcome, SAME);
    assert_eq!(json::json_keep(receipt), body);

    let (receipt, outcome) = receive(body, r#"{"a":[1,2,4]}"#);
    assert_ne!(outcome, SAME);
    json::json_discard(receipt);
    let (receipt, outcome) = receive(body, r#"{"a":[1,2,3]}"#);
    assert_eq!(outcome, SAME);
    json::json_discard(receipt);
    json::json_forget(body);
    assert_eq!(receive(body, r#"{"a":[1,2,3]}"#).1, UNKNOWN);
}

#[wasm_bindgen_test]
fn a_patch_is_where_the_words_say() {
    let (receipt, _) = receive(0, r#"[{"a":[1]},{"b":2}]"#);
    let body = json::json_keep(receipt);
    let (receipt, outcome) = receive(body, r#"[{"a":[1]},{"b":3}]"#);
    assert_eq!(outcome, PATCH);
    let left = Uint32Array::new_with_byte_offset_and_length(&memory(), json::json_left() as u32, 5).to_vec();
    let program = Uint32Array::new_with_byte_offset_and_length(&memory(), left[0], left[1]).to_vec();
    // An array of the first old element, and of what is parsed.
    assert_eq!(program, [1, 2, 3, 2, 1, 0]);
    let slices = Uint8Array::new_with_byte_offset_and_length(&memory(), left[2], left[3]).to_vec();
    assert_eq!(slices, br#"[[],{"b":3}]"#);
    json::json_discard(receipt);
}

#[wasm_bindgen_test]
fn where_a_text_is_no_json() {
    let (receipt, outcome) = receive(0, "[1,]");
    assert_eq!(outcome, UNKNOWN);
    assert_eq!(json::json_fault(receipt), 3.0);
    json::json_discard(receipt);
    let (receipt, _) = receive(0, "[1]");
    assert_eq!(json::json_fault(receipt), -1.0);
    json::json_discard(receipt);
}

#[wasm_bindgen_test]
fn the_address_of_a_body_is_in_the_memory() {
    let (receipt, _) = receive(0, "[true]");
    let bytes = Uint8Array::new_with_byte_offset_and_length(
        &memory(),
        json::json_bytes(receipt) as u32,
        json::json_length(receipt) as u32,
    );
    assert_eq!(bytes.to_vec(), b"[true]");
    json::json_discard(receipt);
}
