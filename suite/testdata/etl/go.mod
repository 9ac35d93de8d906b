module example.com/etl

go 1.26.0

require github.com/chatproof/chatproof v0.0.0
