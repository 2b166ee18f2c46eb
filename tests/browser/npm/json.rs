//! The exports for JSON bodies, against the module's own memory.
#![expect(
    unsafe_code,
    reason = "the test plays JavaScript's part, which reads and writes memory at addresses"
)]
use js_sys::WebAssembly::Memory;
use js_sys::{ArrayBuffer, Uint8Array, Uint32Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_boundary::json::{NO_BODY, PATCH_OUTCOME, RESULT_WORDS, SAME, UNKNOWN};
use whippet_npm::json;

/// Sends `text` in two chunks. Returns the arriving body's id, and the outcome.
fn receive(previous: u32, text: &str) -> (u32, u32) {
    let incoming = json::json_begin(previous, 0);
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    for chunk in [first, second] {
        let room = json::json_room(incoming, chunk.len());
        // SAFETY: the engine reserved as many bytes as the chunk has, and nothing else writes there.
        unsafe { core::ptr::copy_nonoverlapping(chunk.as_ptr(), room as *mut u8, chunk.len()) };
        assert!(!json::json_received(incoming));
    }
    let outcome = json::json_finish(incoming, previous != NO_BODY);
    (incoming, outcome)
}

fn memory() -> ArrayBuffer {
    wasm_bindgen::memory().unchecked_into::<Memory>().buffer().unchecked_into()
}

#[wasm_bindgen_test]
fn the_same_body_again_is_recognised() {
    let (incoming, outcome) = receive(NO_BODY, r#"{"a":[1,2,3]}"#);
    assert_eq!(outcome, UNKNOWN);
    assert_eq!(json::json_length(incoming), 13);
    let body = json::json_keep(incoming);
    assert_ne!(body, NO_BODY);

    let (incoming, outcome) = receive(body, r#"{"a":[1,2,3]}"#);
    assert_eq!(outcome, SAME);
    assert_eq!(json::json_keep(incoming), body);

    let (incoming, outcome) = receive(body, r#"{"a":[1,2,4]}"#);
    assert_ne!(outcome, SAME);
    json::json_discard(incoming);
    let (incoming, outcome) = receive(body, r#"{"a":[1,2,3]}"#);
    assert_eq!(outcome, SAME);
    json::json_discard(incoming);
    json::json_forget(body);
    assert_eq!(receive(body, r#"{"a":[1,2,3]}"#).1, UNKNOWN);
}

#[wasm_bindgen_test]
fn the_result_tells_where_the_patch_is() {
    let (incoming, _) = receive(NO_BODY, r#"[{"a":[1]},{"b":2}]"#);
    let body = json::json_keep(incoming);
    let (incoming, outcome) = receive(body, r#"[{"a":[1]},{"b":3}]"#);
    assert_eq!(outcome, PATCH_OUTCOME);
    let result = json::json_result() as u32;
    let result = Uint32Array::new_with_byte_offset_and_length(&memory(), result, RESULT_WORDS).to_vec();
    let program = Uint32Array::new_with_byte_offset_and_length(&memory(), result[0], result[1]).to_vec();
    // The root's block makes an array: the old elements from 0 to 1, and the first slot.
    assert_eq!(program, [1, 2, 3, 2, 1, 0]);
    let slices = Uint8Array::new_with_byte_offset_and_length(&memory(), result[2], result[3]).to_vec();
    assert_eq!(slices, br#"[[],{"b":3}]"#);
    json::json_discard(incoming);
}

#[wasm_bindgen_test]
fn a_text_that_is_not_json_has_an_error_offset() {
    let (incoming, outcome) = receive(NO_BODY, "[1,]");
    assert_eq!(outcome, UNKNOWN);
    assert_eq!(json::json_error(incoming), 3.0);
    json::json_discard(incoming);
    let (incoming, _) = receive(NO_BODY, "[1]");
    assert_eq!(json::json_error(incoming), -1.0);
    json::json_discard(incoming);
}

#[wasm_bindgen_test]
fn the_address_of_a_body_is_in_the_memory() {
    let (incoming, _) = receive(NO_BODY, "[true]");
    let bytes = Uint8Array::new_with_byte_offset_and_length(
        &memory(),
        json::json_bytes(incoming) as u32,
        json::json_length(incoming) as u32,
    );
    assert_eq!(bytes.to_vec(), b"[true]");
    json::json_discard(incoming);
}
