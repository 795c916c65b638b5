// What is saved in place of a model is recognized, and no model is taken for it.

import { describe, expect, it } from 'vitest'
import { ForeignFileError } from './errors.ts'
import { otherFile, refuseOtherFile } from './otherFile.ts'

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

describe('otherFile', () => {
  it.each([
    ['', /empty/],
    ['\0'.repeat(512), /zeros/],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n', /Git LFS pointer/],
    ['../.git/annex/objects/aa/bb/SHA256E-s1--2/SHA256E-s1--2', /git-annex/],
    ['/annex/objects/SHA256E-s1--2\n', /git-annex/],
    ['<!DOCTYPE html>\n<html>', /web page/],
    ['\n\n  <html lang="en">', /web page/],
    ['\xef\xbb\xbf<!doctype HTML>', /web page/],
    ['<!-- saved from --><html>', /web page/],
    ['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', /XML/],
    ['{"error":"Repository not found"}', /error message/],
    ['{ "message": "Not Found" }', /error message/],
    ['Entry not found', /error message/],
    ['404: Not Found', /error message/],
    ['Access to model x is restricted'.replace('is restricted', 'denied'), /error message/],
    ['%PDF-1.4', /PDF/],
    ['\x1f\x8b\x08\0', /gzip/],
  ])('recognizes %j', (text, what) => {
    expect(otherFile(bytes(text))?.what).toMatch(what)
  })

  it.each([
    ['safetensors', '\x40\0\0\0\0\0\0\0{"__metadata__":{}}'],
    ['ONNX', '\x08\x07\x12\x07pytorch'],
    ['a ZIP archive', 'PK\x03\x04'],
    ['a legacy checkpoint', '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.'],
    ['HDF5', '\x89HDF\r\n\x1a\n'],
    ['npy', '\x93NUMPY\x01\0'],
    ['prototxt', 'name: "LeNet"\nlayer {'],
    ['prototxt with a comment', '# a network\ninput: "data"'],
    ['layers-model', '{"format":"layers-model","modelTopology":{}}'],
    ['zeros in a header', '\0'.repeat(63)],
  ])('takes no %s for something else', (_, text) => {
    expect(otherFile(bytes(text))).toBeUndefined()
  })
})

it('refuses with the name of the file, what it is and what to do', () => {
  expect(() => refuseOtherFile('net.onnx', bytes('<html>'))).toThrow(ForeignFileError)
  expect(() => refuseOtherFile('net.onnx', bytes('<html>'))).toThrow(
    /net\.onnx is not a model\n {2}received: a web page[\s\S]*try: fetch the file again/,
  )
})
