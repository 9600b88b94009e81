/**
 * Pure mathematics without input or output, usable as a plain library. This package holds only what every room below it
 * needs; the rooms are named by what they solve: {@code gradient} is the contract of a code, {@code bits} and
 * {@code entropy} make messages, {@code random} draws what both ends know.
 */
@NullMarked
package starling.codes;

import org.jspecify.annotations.NullMarked;
