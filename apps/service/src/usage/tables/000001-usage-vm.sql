-- The spans of virtual machines. A column has the name of the record's field; `meter` is meters.id, `upload` is uploads.row_tag.
CREATE TABLE IF NOT EXISTS usage_vm (
  meter           UInt64,
  upload          UInt64 CODEC(ZSTD),
  product         UUID CODEC(ZSTD),
  hour            DateTime('UTC') CODEC(Delta, ZSTD),
  vm              UUID CODEC(ZSTD),
  name            String CODEC(ZSTD),
  host            LowCardinality(String),
  cluster         LowCardinality(String),
  started         DateTime('UTC') CODEC(Delta, ZSTD),
  ended           DateTime('UTC') CODEC(Delta, ZSTD),
  power           Enum8('on' = 1, 'off' = 2, 'suspended' = 3),
  vcpus           UInt16 CODEC(ZSTD),
  memoryMib       UInt32 CODEC(ZSTD),
  reservationMib  UInt32 CODEC(ZSTD),
  storageMib      UInt64 CODEC(ZSTD),
  license         LowCardinality(String),
  licenseCategory Enum8('rental' = 1, 'perpetual' = 2, 'demo' = 3, 'none' = 4, 'unknown' = 5),
  edition         LowCardinality(String),
  customer        LowCardinality(String),
  services        Array(LowCardinality(String))
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (meter, product, vm, started)
-- A load says it is done: then its parts are on the disk, so that a power cut cannot leave half of one.
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
  -- A month gets a part a package; merging fewer times, more at once, takes a quarter off the work of a month's loads.
  merge_selector_base = 16
