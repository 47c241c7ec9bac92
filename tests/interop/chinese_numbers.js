// Writes amounts as a bill does and numbers as they are spoken: node chinese_numbers.js MODULES, JSON on stdin.
const [modules] = process.argv.slice(2)
const chinese = require(require.resolve('nzh/cn', { paths: [modules] }))
const { amounts, numbers } = JSON.parse(require('fs').readFileSync(0, 'utf8'))

process.stdout.write(JSON.stringify({
  amounts: amounts.map((yuan) => chinese.toMoney(yuan, { outSymbol: false })),
  numbers: numbers.map((number) => chinese.encodeS(number))
}))
