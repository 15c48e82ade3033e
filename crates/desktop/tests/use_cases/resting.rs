//! A registry that wants to be left alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{StatusCode, header};
use model::findings::FindingKind;
use model::verdict::ReasonCode;

use crate::fixture::{Fixture, a_week_later, desktop_at, june};

/// Answers `status` with an hour's pause to everything, and counts.
async fn busy_registry(status: StatusCode) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let answer = move || {
        counter.fetch_add(1, Ordering::Relaxed);
        async move { (status, [(header::RETRY_AFTER, "3600")]) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    tokio::spawn(axum::serve(listener, Router::new().fallback(answer)).into_future());
    (authority, asked)
}

#[tokio::test]
async fn a_registry_that_says_429_is_left_alone_until_its_time() {
    is_left_alone(StatusCode::TOO_MANY_REQUESTS, ReasonCode::RateLimited).await;
}

#[tokio::test]
async fn a_registry_that_says_503_and_when_to_come_back_is_left_alone_until_then() {
    is_left_alone(StatusCode::SERVICE_UNAVAILABLE, ReasonCode::Server).await;
}

async fn is_left_alone(status: StatusCode, reported: ReasonCode) {
    let fixture = Fixture::new().await;
    let (authority, asked) = busy_registry(status).await;
    let allowed = format!("{authority}/acme/one\n");
    let scan = |clock| {
        let desktop = desktop_at(&fixture.home(), &allowed, clock, |_| {}, Arc::default());
        async move { desktop.scan(&[]).await.unwrap() }
    };
    std::fs::create_dir_all(fixture.home()).unwrap();

    let report = scan(june).await;
    assert_eq!(report.findings[0].kind, FindingKind::Unreachable);
    assert_eq!(report.findings[0].reasons[0].code, reported);
    let first = asked.load(Ordering::Relaxed);
    assert_eq!(first, 1, "the pause is too long to wait for it");

    let report = scan(june).await;
    assert_eq!(report.findings[0].reasons[0].code, ReasonCode::RateLimited);
    assert_eq!(
        asked.load(Ordering::Relaxed),
        first,
        "it is not asked again within the hour"
    );

    scan(a_week_later).await;
    assert!(asked.load(Ordering::Relaxed) > first, "its time has come");
}
