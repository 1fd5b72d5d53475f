-- The spans of clusters: what their shared storage held.
CREATE TABLE IF NOT EXISTS usage_cluster (
  meter       UInt64,
  upload      UInt64 CODEC(ZSTD),
  product     UUID CODEC(ZSTD),
  hour        DateTime('UTC') CODEC(Delta, ZSTD),
  cluster     LowCardinality(String),
  started     DateTime('UTC') CODEC(Delta, ZSTD),
  ended       DateTime('UTC') CODEC(Delta, ZSTD),
  vsanUsedMib UInt64 CODEC(ZSTD),
  vsanRawMib  UInt64 CODEC(ZSTD),
  features    Array(LowCardinality(String)),
  edition     LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (meter, product, cluster, started)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
  -- A month gets a part a package; merging fewer times, more at once, takes a quarter off the work of a month's loads.
  merge_selector_base = 16
