package main
import ("github.com/chatproof/chatproof/cli";"os")
func main(){ if len(os.Args)>5 {_ = cli.Run}}
