/**
 * Numbers that look random and that both ends of a link can make again: dithers, signs, choices, each found by its
 * place, without drawing those before it.
 */
@NullMarked
package starling.codes.random;

import org.jspecify.annotations.NullMarked;
