-- The spans of hosts: sockets and cores, the key they run under, and how many machines ran.
CREATE TABLE IF NOT EXISTS usage_host (
  meter           UInt64,
  upload          UInt64 CODEC(ZSTD),
  product         UUID CODEC(ZSTD),
  hour            DateTime('UTC') CODEC(Delta, ZSTD),
  host            LowCardinality(String),
  cluster         LowCardinality(String),
  started         DateTime('UTC') CODEC(Delta, ZSTD),
  ended           DateTime('UTC') CODEC(Delta, ZSTD),
  sockets         UInt16 CODEC(ZSTD),
  coresPerSocket  UInt16 CODEC(ZSTD),
  memoryMib       UInt32 CODEC(ZSTD),
  license         LowCardinality(String),
  licenseCategory Enum8('rental' = 1, 'perpetual' = 2, 'demo' = 3, 'none' = 4, 'unknown' = 5),
  sku             LowCardinality(String),
  runningVms      UInt32 CODEC(ZSTD),
  model           LowCardinality(String)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (meter, product, host, started)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
  -- A month gets a part a package; merging fewer times, more at once, takes a quarter off the work of a month's loads.
  merge_selector_base = 16
