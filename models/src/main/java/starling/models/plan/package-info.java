/** The plan of a split model: its schema, the bundle folder it lives in, and the runner of one worker's stages. */
@NullMarked
package starling.models.plan;

import org.jspecify.annotations.NullMarked;
