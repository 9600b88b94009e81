/**
 * Codes that give the whole product once enough workers have answered, whichever they are, and the two that they are held
 * against: uncoded and repeated tasks.
 */
@NullMarked
package starling.codes.threshold;

import org.jspecify.annotations.NullMarked;
