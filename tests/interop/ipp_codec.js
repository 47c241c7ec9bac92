// Reads a request (decode) or writes an answer (encode) with ipp-encoder; JSON and bytes in hex.
// node ipp_codec.js MODULES decode|encode, the input on stdin.
const [modules, verb] = process.argv.slice(2)
const ipp = require(require.resolve('ipp-encoder', { paths: [modules] }))
const input = require('fs').readFileSync(0, 'utf8')

if (verb === 'decode') {
  process.stdout.write(JSON.stringify(ipp.request.decode(Buffer.from(input, 'hex'))))
} else {
  process.stdout.write(ipp.response.encode(JSON.parse(input)).toString('hex'))
}
