//! actix-web with actix-web-prom, set up as its README does.
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use actix_web_prom::PrometheusMetricsBuilder;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let metrics = PrometheusMetricsBuilder::new("shop").endpoint("/metrics").build().unwrap();
    HttpServer::new(move || {
        App::new()
            .wrap(metrics.clone())
            .route("/items/{id}", web::get().to(item))
            .route("/items", web::post().to(|| async { HttpResponse::Created() }))
            .route("/invalid", web::get().to(|| async { HttpResponse::BadRequest() }))
            .route("/fail", web::get().to(|| async { HttpResponse::InternalServerError() }))
            .route("/slow", web::get().to(slow))
    })
    .workers(1)
    .bind(format!("127.0.0.1:{}", std::env::var("PORT").unwrap()))?
    .run()
    .await
}

async fn slow() -> HttpResponse {
    tokio::time::sleep(Duration::from_millis(300)).await;
    HttpResponse::Ok().finish()
}

async fn item(id: web::Path<u64>) -> HttpResponse {
    if *id > 100 {
        return HttpResponse::NotFound().finish();
    }
    tokio::time::sleep(Duration::from_millis(3 * *id)).await;
    HttpResponse::Ok().finish()
}
