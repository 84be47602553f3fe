/**
 * What the fuzz targets of all devices share. The bytes that the fuzzer makes are a program for a machine with one
 * device: accesses, time, what happens outside, swaps, states that nobody saved. {@link io.trapline.fuzz.Trial} runs
 * it on two such machines and compares them.
 */
package io.trapline.fuzz;
