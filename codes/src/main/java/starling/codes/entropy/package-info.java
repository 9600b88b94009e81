/**
 * Messages near their entropy: a range coder, the models of frequencies that drive it (adaptive, or counted beforehand
 * and sent along; with contexts; for integers without bound), and the universal codes of Elias.
 */
@NullMarked
package starling.codes.entropy;

import org.jspecify.annotations.NullMarked;
