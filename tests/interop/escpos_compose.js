// Composes receipts with other people's libraries: node escpos_compose.js MODULES receiptline|encoder.
// The lines come as JSON on stdin; the bytes for the printer go out in hex.
const [modules, which] = process.argv.slice(2)
const from = { paths: [modules] }
const { lines, code } = JSON.parse(require('fs').readFileSync(0, 'utf8'))

function byReceiptline () {
  const { transform } = require(require.resolve('receiptline', from))
  const text = lines.map((line) => `|${line}\n`).join('')
  return Buffer.from(transform(text, { cpl: 32, encoding: 'gb18030', command: 'escpos' }), 'latin1')
}

function byEncoder () {
  const found = require(require.resolve('@point-of-sale/receipt-printer-encoder', from))
  const receipt = new (found.default || found)({ language: 'esc-pos', columns: 32 }).initialize()
  lines.forEach((line) => receipt.line(line))
  return Buffer.from(receipt.qrcode(code, { model: 2, size: 4, errorlevel: 'm' }).cut().encode())
}

process.stdout.write((which === 'receiptline' ? byReceiptline() : byEncoder()).toString('hex'))
