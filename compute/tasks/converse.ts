import { readChatTemplate } from '#compute/chat/chat-template.ts'
import { encodeConversation } from '#compute/chat/conversation.ts'
import type { ChatMessage, TokenizedConversation } from '#compute/types.ts'
import type { Opened } from './opened.ts'

/**
 * A conversation as a checkpoint reads it, ready for its answer. `now` is what templates print as today; `template` names one of several,
 * the default one where it is null.
 */
export async function converse(
  opened: Opened,
  messages: readonly ChatMessage[],
  now: Date,
  template: string | null = null,
): Promise<TokenizedConversation> {
  return encodeConversation(await opened.tokenizer(), readChatTemplate(opened.folder, template), messages, now)
}
