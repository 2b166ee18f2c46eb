//! IndexedDB with futures. A transaction stays open while only its own requests are awaited.
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type Global;
    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    static GLOBAL: Global;
    /// Throws if storage is forbidden.
    #[wasm_bindgen(method, getter, catch, js_name = indexedDB)]
    fn indexed_db(this: &Global) -> Result<Option<Factory>, JsValue>;

    type Factory;
    #[wasm_bindgen(method, catch)]
    fn open(this: &Factory, name: &str, version: u32) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteDatabase)]
    fn delete_database(this: &Factory, name: &str) -> Result<Request, JsValue>;

    #[derive(Clone)]
    pub(super) type Request;
    #[wasm_bindgen(method, getter, catch)]
    fn result(this: &Request) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_onsuccess(this: &Request, listener: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &Request, listener: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onupgradeneeded(this: &Request, listener: &JsValue);

    pub(super) type Database;
    #[wasm_bindgen(method, catch, js_name = createObjectStore)]
    fn create_object_store(this: &Database, name: &str, options: &JsValue) -> Result<Table, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn transaction(this: &Database, table: &str, mode: &str) -> Result<Transaction, JsValue>;
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &Database);
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_onversionchange(this: &Database, listener: &JsValue);
    #[wasm_bindgen(method, setter)]
    pub(super) fn set_onclose(this: &Database, listener: &JsValue);

    pub(super) type Transaction;
    #[wasm_bindgen(method, catch, js_name = objectStore)]
    fn object_store(this: &Transaction, name: &str) -> Result<Table, JsValue>;
    #[wasm_bindgen(method, catch, js_name = commit)]
    fn try_commit(this: &Transaction) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_oncomplete(this: &Transaction, listener: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &Transaction, listener: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onabort(this: &Transaction, listener: &JsValue);

    pub(super) type Table;
    #[wasm_bindgen(method, catch)]
    pub(super) fn add(this: &Table, value: &JsValue) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn put(this: &Table, value: &JsValue, key: &JsValue) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn delete(this: &Table, key: &JsValue) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getKey)]
    pub(super) fn get_key(this: &Table, key: &JsValue) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAll)]
    pub(super) fn get_all(this: &Table) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAllKeys)]
    pub(super) fn get_all_keys(this: &Table) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = openCursor)]
    pub(super) fn open_cursor(this: &Table) -> Result<Request, JsValue>;

    pub(super) type Cursor;
    #[wasm_bindgen(method, getter)]
    pub(super) fn key(this: &Cursor) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(super) fn value(this: &Cursor) -> JsValue;
}

fn factory() -> Result<Factory, JsValue> {
    GLOBAL.with(Global::indexed_db)?.ok_or(JsValue::UNDEFINED)
}

/// Opens a database with one object store whose keys count up.
pub(super) async fn open(name: &str, table: &'static str) -> Result<Database, JsValue> {
    let request = factory()?.open(name, 1)?;
    let upgraded = request.clone();
    let upgrade = Closure::once(move || {
        if let Ok(database) = upgraded.result() {
            let options = super::super::browser::Init::new();
            options.set("autoIncrement", &JsValue::TRUE);
            let _ = database.unchecked_into::<Database>().create_object_store(table, &options);
        }
    });
    request.set_onupgradeneeded(upgrade.as_ref());
    JsFuture::from(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(&resolve);
        request.set_onerror(&reject);
    }))
    .await?;
    request.result().map(JsCast::unchecked_into)
}

/// Deletes a database. Other tabs close it on `versionchange`.
pub(super) fn delete(name: &str) {
    let _ = factory().and_then(|factory| factory.delete_database(name));
}

/// The result of `request`. Listens at once, before the future is awaited.
pub(super) fn answer(request: &Request) -> impl Future<Output = Result<JsValue, JsValue>> + use<> {
    let request = request.clone();
    let settled = JsFuture::from(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(&resolve);
        request.set_onerror(&reject);
    }));
    async move {
        settled.await?;
        request.result()
    }
}

impl Transaction {
    /// Starts a transaction on one object store.
    pub(super) fn on(database: &Database, table: &str) -> Result<(Self, Table), JsValue> {
        let transaction = database.transaction(table, "readwrite")?;
        let table = transaction.object_store(table)?;
        Ok((transaction, table))
    }

    /// Says that no further request follows. If the page is closed meanwhile, no answer arrives, and an open transaction would
    /// block the last beacon, which would then be lost.
    pub(super) fn seal(&self) {
        // Older browsers have no `commit`: the transaction ends by itself.
        let _ = self.try_commit();
    }

    /// Commits, and waits until the changes are stored.
    pub(super) async fn commit(self) -> Result<(), JsValue> {
        // A page that is being closed does not wait until the transaction ends by itself. Older browsers have no `commit`.
        let _ = self.try_commit();
        JsFuture::from(Promise::new(&mut |resolve, reject| {
            self.set_oncomplete(&resolve);
            self.set_onerror(&reject);
            self.set_onabort(&reject);
        }))
        .await
        .map(drop)
    }
}
