"""What resources of `cloudwatch` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:cloudwatch/metricAlarm:MetricAlarm", {"period": 60}, {"Alarm (standard": "0.10"}, id="alarm"),
    case("aws:cloudwatch/metricAlarm:MetricAlarm", {"period": 10}, {"Alarm (high": "0.30"}, id="high resolution"),
    case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {"metricQueries": [{"metric": {"period": 60}}, {"metric": {"period": 60}}, {"expression": "m1 / m2"}]},
        {"Alarm (standard resolution, 2 metrics)": "0.20"},
        id="metric math",
    ),
    case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {"metricQueries": [{"metric": {"period": 60}}, {"expression": "ANOMALY_DETECTION_BAND(m1, 2)"}]},
        {"Alarm (standard resolution, 3 metrics)": "0.30"},
        id="anomaly detection",
    ),
    case("aws:cloudwatch/compositeAlarm:CompositeAlarm", {}, {"Composite alarm": "0.50"}),
    case("aws:cloudwatch/dashboard:Dashboard", {}, {"Dashboard": "3.00"}),
    case(
        "aws:cloudwatch/logGroup:LogGroup",
        {"retentionInDays": 30},
        {"Logs ingested": "5.00", "Logs stored": "0.30", "Logs scanned": "0.50"},
        {"monthly_data_ingested_gb": 10, "storage_gb": 10, "monthly_data_scanned_gb": 100},
    ),
    case(
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        {},
        {"Logs scanned and masked": "1.20"},
        {"monthly_data_ingested_gb": 10},
    ),
    case(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        {"metricTransformation": {"namespace": "n", "name": "m", "value": "1"}},
        {"Custom metric m": "0.30"},
    ),
    case("aws:cloudwatch/eventBus:EventBus", {}, {"Custom events": "2.00"}, {"monthly_custom_events": 2_000_000}),
    case(
        "aws:cloudwatch/eventArchive:EventArchive",
        {},
        {"Events archived": "1.00", "Archive storage": "0.23"},
        {"archive_storage_gb": 10},
    ),
    case(
        "aws:cloudwatch/eventApiDestination:EventApiDestination",
        {},
        {"API destination calls": "0.20"},
        {"monthly_invocations": 1_000_000},
    ),
    case(
        "aws:cloudwatch/eventBus:EventBus",
        {},
        {
            "Custom events": "1.00",
            "Events of partners": "2.00",
            "Schema discovery": "0.10",
            "Events archived": "10.00",
            "Archive storage": "4.60",
        },
        {
            "monthly_custom_events": 1_000_000,
            "monthly_third_party_events": 2_000_000,
            "monthly_schema_discovery_events": 1_000_000,
            "monthly_archive_processing_gb": 100,
            "archive_storage_gb": 200,
        },
        id="event bus with all that it may do",
    ),
]
