// SPDX-License-Identifier: Apache-2.0
//
// Tokens of filter conditions. The language has no reserved words: a word is an operator, a connective, a name or a value by
// where it stands. So each place has a lexer mode, and every token names the place that follows it:
//
//   check (default) --field--> OPERATOR --op--> NUMBER | VALUE | VALUE_OR_MODIFIER | LIST_OPERAND --> AFTER --and/or--> check
//                                                              oneof/anyof/allof --> AFTER_MODIFIER --> AFTER
//
// CALL (inside `tolower(`…`)` and `val(`…`)`) and INDEX (inside `[`…`]`) are pushed and return to where they were opened.
// Whatever fits nowhere is one Unexpected token; the parser says what was expected there. Input is bytes (0-255), not Unicode.
// Knows nothing of fields, types or macros. No actions.
lexer grammar FalcoConditionLexer;

tokens { FIELD, FIELD_OPEN, CALL_OPEN, IDENT, STRING, BARE, HEX, NUMBER, COMMA, RPAREN, LIST_OPEN, LIST_CLOSE, VAL_OPEN,
         AND, AND_OPEN, AND_GLUED, OR, OR_OPEN, OR_GLUED, UNEXPECTED }

fragment Blank : [ \t\r\n\b] ;
fragment Digit : [0-9] ;
fragment Name : [A-Za-z]+ [A-Za-z0-9_]* ;
fragment Dotted : Name ('.' Name)+ ;
fragment Call : ('tolower' | 'toupper' | 'b64' | 'basename' | 'len' | 'join' | 'concat' | 'getopt') '(' ;
fragment HexNumber : '0' [xX] [0-9a-fA-F]+ ;
fragment DecNumber : [+-]? Digit+ '.'? Digit* ([eE] [+-] Digit+)? ;
// The closing quote is the first one whose preceding byte is no backslash, whatever stands before that backslash.
fragment Quoted
  : '"' (~["\\] | '\\'+ ~[\\])* '"'
  | '\'' (~['\\] | '\\'+ ~[\\])* '\''
  ;
fragment BareByte : ~[()"'=, \t\r\n\u000B\f] ;
fragment Bare : ~[()"'=, \t\r\n\u000B\f\b] BareByte* ;

// ---- check: a field, a transformer, a macro or a group is expected

CHECK_BLANK : Blank+ -> skip ;
NOT : 'not' [ \t\r\n\u000B\f]+ ;
NOT_OPEN : 'not(' ;
LPAREN : '(' ;
CHECK_FIELD : Dotted -> type(FIELD), mode(OPERATOR) ;
CHECK_FIELD_OPEN : Dotted '[' -> type(FIELD_OPEN), mode(OPERATOR), pushMode(INDEX) ;
CHECK_CALL : Call -> type(CALL_OPEN), mode(OPERATOR), pushMode(CALL) ;
CHECK_IDENT : Name -> type(IDENT), mode(AFTER) ;
CHECK_UNEXPECTED : . -> type(UNEXPECTED) ;

mode OPERATOR;
OPERATOR_BLANK : Blank+ -> skip ;
EXISTS : 'exists' -> mode(AFTER) ;
ORDER_OP : ('<=' | '<' | '>=' | '>') -> mode(NUMBER_OPERAND) ;
EQUAL_OP : ('==' | '=' | '!=') -> mode(VALUE) ;
// A modifier needs a blank before it, so the blank belongs to the operator.
STRING_OP
  : ( '==' | '=' | '!=' | 'glob' | 'iglob' | 'contains' | 'icontains' | 'bcontains' | 'startswith' | 'bstartswith'
    | 'endswith' | 'regex' ) Blank+ -> mode(VALUE_OR_MODIFIER)
  ;
LIST_OP : ('intersects' | 'in' | 'pmatch') -> mode(LIST_OPERAND) ;
OPERATOR_UNEXPECTED : . -> type(UNEXPECTED) ;

mode NUMBER_OPERAND;
NUMBER_BLANK : Blank+ -> skip ;
NUMBER_HEX : HexNumber -> type(HEX), mode(AFTER) ;
NUMBER_DEC : DecNumber -> type(NUMBER), mode(AFTER) ;
NUMBER_VAL : 'val(' -> type(VAL_OPEN), mode(AFTER), pushMode(CALL) ;
NUMBER_CALL : Call -> type(CALL_OPEN), mode(AFTER), pushMode(CALL) ;
NUMBER_UNEXPECTED : . -> type(UNEXPECTED) ;

mode VALUE;
VALUE_BLANK : Blank+ -> skip ;
VALUE_VAL : 'val(' -> type(VAL_OPEN), mode(AFTER), pushMode(CALL) ;
VALUE_CALL : Call -> type(CALL_OPEN), mode(AFTER), pushMode(CALL) ;
VALUE_STRING : Quoted -> type(STRING), mode(AFTER) ;
VALUE_BARE : Bare -> type(BARE), mode(AFTER) ;
VALUE_UNEXPECTED : . -> type(UNEXPECTED) ;

mode VALUE_OR_MODIFIER;
MODIFIER : ('oneof' | 'anyof' | 'allof') Blank+ -> mode(AFTER_MODIFIER) ;
MODVALUE_VAL : 'val(' -> type(VAL_OPEN), mode(AFTER), pushMode(CALL) ;
MODVALUE_CALL : Call -> type(CALL_OPEN), mode(AFTER), pushMode(CALL) ;
MODVALUE_STRING : Quoted -> type(STRING), mode(AFTER) ;
MODVALUE_BARE : Bare -> type(BARE), mode(AFTER) ;
MODVALUE_UNEXPECTED : . -> type(UNEXPECTED) ;

// After `oneof `: a list or a name makes it a modifier; a connective, `)` or the end makes it an ordinary value.
mode AFTER_MODIFIER;
MODIFIER_AND : 'and' Blank+ -> type(AND), mode(DEFAULT_MODE) ;
MODIFIER_AND_OPEN : 'and(' -> type(AND_OPEN), mode(DEFAULT_MODE) ;
MODIFIER_AND_GLUED : 'and' -> type(AND_GLUED) ;
MODIFIER_OR : 'or' Blank+ -> type(OR), mode(DEFAULT_MODE) ;
MODIFIER_OR_OPEN : 'or(' -> type(OR_OPEN), mode(DEFAULT_MODE) ;
MODIFIER_OR_GLUED : 'or' -> type(OR_GLUED) ;
MODIFIER_NOT : 'not' -> type(UNEXPECTED) ;
MODIFIER_RPAREN : ')' -> type(RPAREN), mode(AFTER) ;
MODIFIER_LIST : '(' -> type(LIST_OPEN), mode(LIST) ;
MODIFIER_IDENT : Name -> type(IDENT), mode(AFTER) ;
MODIFIER_UNEXPECTED : . -> type(UNEXPECTED) ;

mode LIST_OPERAND;
OPERAND_BLANK : Blank+ -> skip ;
OPERAND_LIST : '(' -> type(LIST_OPEN), mode(LIST) ;
OPERAND_VAL : 'val(' -> type(VAL_OPEN), mode(AFTER), pushMode(CALL) ;
OPERAND_CALL : Call -> type(CALL_OPEN), mode(AFTER), pushMode(CALL) ;
OPERAND_IDENT : Name -> type(IDENT), mode(AFTER) ;
OPERAND_UNEXPECTED : . -> type(UNEXPECTED) ;

mode LIST;
LIST_BLANK : Blank+ -> skip ;
LIST_STRING : Quoted -> type(STRING) ;
LIST_BARE : Bare -> type(BARE) ;
LIST_COMMA : ',' -> type(COMMA) ;
LIST_END : ')' -> type(LIST_CLOSE), mode(AFTER) ;
LIST_UNEXPECTED : . -> type(UNEXPECTED) ;

mode AFTER;
AFTER_BLANK : Blank+ -> skip ;
AFTER_AND : 'and' Blank+ -> type(AND), mode(DEFAULT_MODE) ;
AFTER_AND_OPEN : 'and(' -> type(AND_OPEN), mode(DEFAULT_MODE) ;
AFTER_AND_GLUED : 'and' -> type(AND_GLUED) ;
AFTER_OR : 'or' Blank+ -> type(OR), mode(DEFAULT_MODE) ;
AFTER_OR_OPEN : 'or(' -> type(OR_OPEN), mode(DEFAULT_MODE) ;
AFTER_OR_GLUED : 'or' -> type(OR_GLUED) ;
AFTER_RPAREN : ')' -> type(RPAREN) ;
AFTER_UNEXPECTED : . -> type(UNEXPECTED) ;

mode CALL;
CALL_BLANK : Blank+ -> skip ;
CALL_HEX : HexNumber -> type(HEX) ;
CALL_NUMBER : DecNumber -> type(NUMBER) ;
CALL_STRING : Quoted -> type(STRING) ;
CALL_COMMA : ',' -> type(COMMA) ;
CALL_FIELD : Dotted -> type(FIELD) ;
CALL_FIELD_OPEN : Dotted '[' -> type(FIELD_OPEN), pushMode(INDEX) ;
CALL_CALL : Call -> type(CALL_OPEN), pushMode(CALL) ;
CALL_LIST : '(' -> type(LIST_OPEN), pushMode(CALL) ;
CALL_CLOSE : ')' -> popMode ;
CALL_CLOSE_INDEX : ')[' -> mode(INDEX) ;
CALL_UNEXPECTED : . -> type(UNEXPECTED) ;

mode INDEX;
INDEX_TEXT : Quoted | ~[[\] "'\t\r\n\u000B\f]+ ;
INDEX_CLOSE : ']' -> popMode ;
INDEX_UNEXPECTED : . -> type(UNEXPECTED) ;
