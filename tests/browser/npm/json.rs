//! The exports for JSON bodies, against the module's own memory.
use wasm_bindgen_test::wasm_bindgen_test;
use whippet_npm::json;

/// Sends `text` in two halves; gives the receipt, and whether it is the previous body.
fn receive(previous: u32, text: &str) -> (u32, bool) {
    let receipt = json::json_begin(previous);
    let (first, second) = text.as_bytes().split_at(text.len() / 2);
    for chunk in [first, second] {
        let room = json::json_room(receipt, chunk.len());
        // SAFETY: the room is as long as the chunk, and nothing else is written to it.
        unsafe { core::ptr::copy_nonoverlapping(chunk.as_ptr(), room as *mut u8, chunk.len()) };
        assert!(!json::json_received(receipt));
    }
    let unchanged = json::json_finish(receipt);
    (receipt, unchanged)
}

#[wasm_bindgen_test]
fn a_body_is_known_again() {
    let (receipt, unchanged) = receive(0, r#"{"a":[1,2,3]}"#);
    assert!(!unchanged);
    assert_eq!(json::json_length(receipt), 13);
    let body = json::json_keep(receipt);
    assert_ne!(body, 0);

    let (receipt, unchanged) = receive(body, r#"{"a":[1,2,3]}"#);
    assert!(unchanged);
    json::json_spare(receipt);
    assert_eq!(json::json_keep(receipt), body);

    let (receipt, unchanged) = receive(body, r#"{"a":[1,2,4]}"#);
    assert!(!unchanged);
    json::json_discard(receipt);
    let (receipt, unchanged) = receive(body, r#"{"a":[1,2,3]}"#);
    assert!(unchanged);
    json::json_discard(receipt);
    json::json_forget(body);
    assert!(!receive(body, r#"{"a":[1,2,3]}"#).1);
}

#[wasm_bindgen_test]
fn the_address_of_a_body_is_in_the_memory() {
    use wasm_bindgen::JsCast;
    let memory = json::json_memory().unchecked_into::<js_sys::WebAssembly::Memory>();
    let (receipt, _) = receive(0, "[true]");
    let buffer = memory.buffer().unchecked_into::<js_sys::ArrayBuffer>();
    let bytes = js_sys::Uint8Array::new_with_byte_offset_and_length(
        &buffer,
        json::json_bytes(receipt) as u32,
        json::json_length(receipt) as u32,
    );
    assert_eq!(bytes.to_vec(), b"[true]");
    json::json_discard(receipt);
}
